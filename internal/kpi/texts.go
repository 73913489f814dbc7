package kpi

// Texts are what the catalogue says of a figure beside its name and its English definition.
type Texts struct {
	// SaysVI defines the figure in one Vietnamese sentence, in the words of DOMAIN.md §5.
	SaysVI string
	// CaveatVI and Caveat tell what the figure cannot tell; empty where it hides nothing.
	CaveatVI, Caveat string
}

// The instruments that a figure rests on, as far as DOMAIN.md names a stored source of them; an article stands only where
// it was seen. What is marked there as general knowledge is left out.
const (
	// DOMAIN.md §1.1 [S10, S11, S15].
	lawOneStop = "NĐ 118/2025/NĐ-CP; NĐ 61/2018/NĐ-CP (→ 30/6/2025)"
	// DOMAIN.md §1.1: slips 02, 03 and 04 [S10, S11].
	lawSupplement  = "TT 03/2025/TT-VPCP, mẫu 02"
	lawNotAccepted = "TT 03/2025/TT-VPCP, mẫu 03"
	lawApology     = "TT 03/2025/TT-VPCP, mẫu 04"
	// DOMAIN.md §1.1 [S10], and [S11] for its title.
	lawElectronic = "NĐ 45/2020/NĐ-CP"
	lawDigital    = "NĐ 45/2020/NĐ-CP; NĐ 107/2021/NĐ-CP"
	// DOMAIN.md §3 [S5].
	lawWorkingDays = "Bộ luật Lao động 2019, Điều 111 khoản 3, Điều 112"
	// DOMAIN.md §1.1, §1.6 [S12].
	lawPetitions  = "Luật Khiếu nại 02/2011/QH13, Điều 28; Luật Tố cáo 25/2018/QH14, Điều 30 khoản 1"
	lawReceptions = "Luật Tiếp công dân 2013"
)

// described is a figure's texts and the law that it rests on; a definition that names a law itself keeps that.
type described struct {
	Texts
	law string
}

func text(saysVI, caveatVI, caveat, law string) described {
	return described{Texts{SaysVI: saysVI, CaveatVI: caveatVI, Caveat: caveat}, law}
}

// describe adds to d what the tables of texts say of it.
func (d *Definition) describe() {
	for _, table := range []map[string]described{textsOfDossiers, textsOfOthers, textsOfOfficial, textsOfQuality} {
		if of, ok := table[d.ID]; ok {
			d.Texts = of.Texts
			if d.Law == "" {
				d.Law = of.law
			}
			return
		}
	}
}

var textsOfDossiers = map[string]described{
	"dossier.received": text("Hồ sơ được tiếp nhận trong kỳ.",
		"Không cho biết hồ sơ nộp mà chưa được tiếp nhận; xem hồ sơ chờ tiếp nhận.",
		"Says nothing of what was submitted and not yet accepted: see dossiers awaiting acceptance.", lawOneStop),
	"dossier.settled": text("Hồ sơ có kết quả hoặc bị từ chối trong kỳ.",
		"Hồ sơ rút không tính ở đây; biểu 06a tính chúng là đã giải quyết.",
		"Withdrawals are not in it; form 06a counts them as settled.", lawOneStop),
	"dossier.withdrawn": text("Hồ sơ do người nộp rút trong kỳ.",
		"Không cho biết vì sao rút, hay có nộp lại bằng mã khác không.",
		"Not why, nor whether the same matter was handed in again under another code.", lawOneStop),
	"dossier.rejected": text("Hồ sơ đã tiếp nhận rồi bị từ chối giải quyết trong kỳ.",
		"Từ chối trước khi tiếp nhận được tính riêng là không được tiếp nhận.",
		"A refusal before acceptance counts apart, as not accepted.", lawOneStop),
	"dossier.awaiting": text("Hồ sơ đã nộp, cuối kỳ chưa được tiếp nhận và chưa kết thúc.",
		"Chỉ thấy được khi nguồn báo việc nộp; hồ sơ nộp trực tiếp thường không có bước này.",
		"Seen only where a source reports submissions; a dossier handed in at the counter usually has none.", lawOneStop),
	"dossier.not_accepted": text("Hồ sơ bị từ chối tiếp nhận hoặc rút trong kỳ khi chưa được tiếp nhận.",
		"Không nằm trong tỷ lệ nào.", "It is in no rate.", lawNotAccepted),
	"dossier.acceptance_hours_p90": text("Thời gian làm việc từ lúc nộp đến lúc tiếp nhận mà 90 % hồ sơ tiếp nhận trong kỳ không vượt quá.",
		"Bỏ qua hồ sơ còn đang chờ: chờ càng lâu mà chưa tiếp nhận thì càng không thấy ở đây.",
		"Leaves out what still waits: the longest waits are not in it until they end.", lawWorkingDays),
	"dossier.carried_over": text("Hồ sơ đang giải quyết lúc đầu kỳ: từ kỳ trước + tiếp nhận = đã giải quyết + rút + đang giải quyết.",
		"", "", lawOneStop),
	"dossier.early": text("Hồ sơ giải quyết trong kỳ vào một ngày trước ngày hẹn trả.",
		"Không cho biết thời hạn có dài quá mức cần thiết không.", "Not whether the term was longer than needed.", lawOneStop),
	"dossier.on_time": text("Hồ sơ giải quyết trong kỳ đúng vào ngày hẹn trả và còn trong hạn.",
		"Hồ sơ trước hạn không tính ở đây; tỷ lệ đúng hạn tính cả hai.", "Early dossiers are not in it; the on-time rate has both.", lawOneStop),
	"dossier.late": text("Hồ sơ giải quyết trong kỳ sau ngày hẹn trả có hiệu lực.",
		"Không cho biết trễ bao lâu, và không có hồ sơ trễ chưa giải quyết.", "Not by how much, and not what is late and still open.", lawOneStop),
	"dossier.no_deadline": text("Hồ sơ giải quyết trong kỳ mà chưa từng có ngày hẹn trả.",
		"Không nằm trong tỷ lệ đúng hạn; số lớn làm tỷ lệ ấy kém ý nghĩa.", "It is in no on-time rate; many of them make that rate mean less.", lawOneStop),
	"dossier.open": text("Hồ sơ đã tiếp nhận, cuối kỳ chưa kết thúc.",
		"Hồ sơ có kết quả mà nguồn chưa báo vẫn tính là đang giải quyết.", "What was settled and not reported is still in it.", lawOneStop),
	"dossier.open_in_term": text("Hồ sơ đang giải quyết mà chưa quá hạn; không có hạn hoặc đang chờ bổ sung cũng là trong hạn.",
		"Không tách hồ sơ không có hạn.", "Does not tell apart what has no deadline.", lawOneStop),
	"dossier.open_overdue": text("Hồ sơ cuối kỳ còn đang giải quyết sau ngày hẹn trả có hiệu lực.",
		"Không cho biết quá hạn bao lâu. Hẹn lại trong hạn làm hồ sơ không còn quá hạn.",
		"Not by how much. A new date that was given in time takes a dossier out of it.", lawOneStop),
	"dossier.open_paused": text("Hồ sơ cuối kỳ đang chờ người nộp bổ sung; thời gian chờ không tính vào thời hạn.",
		"Không cho biết yêu cầu bổ sung có cần thiết không.", "Not whether the supplement was needed.", lawSupplement),
	"dossier.due_soon": text("Hồ sơ đang giải quyết, chưa quá hạn, đến hạn hôm nay hoặc trong hai ngày làm việc tới.",
		"Nhìn về phía trước từ cuối kỳ: với kỳ đã qua là dự báo lúc ấy.", "Looks ahead from the period's end; of a past period it is the outlook of then.", ""),
	"dossier.on_time_rate": text("Trong hồ sơ giải quyết trong kỳ có ngày hẹn trả: phần giải quyết đúng hoặc trước ngày hẹn có hiệu lực.",
		"Hẹn lại trong hạn làm hồ sơ trễ thành đúng hạn, và hồ sơ quá hạn chưa giải quyết không bị tính: đọc cùng tỷ lệ theo hẹn lần đầu và tỷ lệ giữ đúng hẹn.",
		"A new date in time makes a late dossier one on time, and overdue work that is still open is not in it: read it with the rate by the first promise and with promises kept.", lawOneStop),
	"dossier.on_time_rate_first": text("Trong hồ sơ giải quyết trong kỳ có ngày hẹn trả: phần giải quyết đúng hạn theo ngày hẹn đầu tiên; hẹn lại không được tính.",
		"Không phân biệt hẹn lại có lý do chính đáng. Hồ sơ quá hạn chưa giải quyết không bị tính.",
		"Does not tell a justified new date from another. Overdue work that is still open is not in it.", lawOneStop),
	"dossier.promise_kept_rate": text("Trong hồ sơ có hạn hiệu lực rơi vào kỳ và đã qua, không bị rút trước hạn: phần đã giải quyết trước hạn; hồ sơ quá hạn còn tồn bị tính.",
		"Không thể cải thiện bằng cách không kết thúc hồ sơ, nhưng có thể bằng cách hẹn xa hơn.",
		"It cannot be bettered by not closing, but it can by promising later dates.", lawOneStop),
	"dossier.working_hours_median": text("Thời gian làm việc từ tiếp nhận đến kết thúc, không kể thời gian chờ bổ sung, mà một nửa hồ sơ giải quyết trong kỳ không vượt quá.",
		"Gộp các thủ tục có thời hạn khác nhau; so sánh trong cùng một thủ tục.",
		"Mixes procedures of different terms; compare within one procedure.", lawWorkingDays),
	"dossier.working_hours_p90": text("Thời gian làm việc từ tiếp nhận đến kết thúc, không kể thời gian chờ bổ sung, mà 90 % hồ sơ giải quyết trong kỳ không vượt quá.",
		"Gộp các thủ tục có thời hạn khác nhau; so sánh trong cùng một thủ tục.",
		"Mixes procedures of different terms; compare within one procedure.", lawWorkingDays),
	"dossier.supplement_rate": text("Trong hồ sơ tiếp nhận trong kỳ: phần có yêu cầu bổ sung.",
		"Kỳ gần đây thấp hơn thực tế, vì yêu cầu có thể đến sau.", "Of a recent period it is too low: requests may still come.", lawSupplement),
	"dossier.rejection_rate": text("Trong hồ sơ giải quyết trong kỳ: phần bị từ chối.",
		"Không cho biết từ chối đúng hay sai.", "Not whether a refusal was right.", lawOneStop),
	"dossier.reschedule_rate": text("Trong hồ sơ giải quyết trong kỳ: phần có hẹn lại ngày trả.",
		"Sửa ngày hẹn trong bản ghi tiếp nhận không phải hẹn lại; xem tỷ lệ sửa ngày hẹn.",
		"A date edited in the record of receipt is no new date: see promised dates edited.", lawApology),
	"dossier.apology_rate": text("Trong hồ sơ giải quyết quá hạn trong kỳ: phần có thư xin lỗi.",
		"Không cho biết thư xin lỗi gửi trước hay sau khi hết hạn.", "Not whether the apology came before the term ended.", lawApology),

	"leg.received": text("Chặng của hồ sơ liên thông bắt đầu trong kỳ, theo cơ quan giữ chặng.",
		"Chỉ có khi nguồn báo việc chuyển hồ sơ.", "Only where a source reports transfers.", lawOneStop),
	"leg.settled": text("Chặng được chuyển tiếp hoặc kết thúc bằng kết quả trong kỳ.", "Chỉ có khi nguồn báo việc chuyển hồ sơ.", "Only where a source reports transfers.", lawOneStop),
	"leg.open_overdue": text("Chặng cuối kỳ còn được giữ sau hạn của chặng.",
		"Chặng không có hạn riêng không bao giờ quá hạn.", "A leg without a deadline of its own is never overdue.", lawOneStop),
	"leg.on_time_rate": text("Trong chặng kết thúc trong kỳ có hạn: phần kết thúc trong hạn.",
		"Chặng không có hạn nằm ngoài tỷ lệ; hẹn lại dời hạn của hồ sơ, không dời hạn của chặng.",
		"Legs without a deadline are in no rate; a new date moves the dossier's deadline, not the leg's.", lawOneStop),

	"online.uptake": text("Trong hồ sơ tiếp nhận trong kỳ của thủ tục có dịch vụ công trực tuyến (mức 3, 4, một phần, toàn trình): phần nộp trực tuyến.",
		"Không cho biết ai bấm nộp: cán bộ nộp hộ tại quầy cũng là trực tuyến.",
		"Not who pressed the button: what an official submits at the counter is online too.", lawElectronic),
	"online.full_uptake": text("Trong hồ sơ tiếp nhận trong kỳ của thủ tục trực tuyến toàn trình (mức 4, toàn trình): phần nộp trực tuyến.",
		"Không cho biết các bước sau khi nộp có trực tuyến không.", "Not whether the steps after the submission were online.", lawElectronic),
	"online.share": text("Trong toàn bộ hồ sơ tiếp nhận trong kỳ: phần nộp trực tuyến.",
		"Gồm cả thủ tục không có dịch vụ trực tuyến.", "Includes procedures that cannot be had online.", lawElectronic),
	"online.payment_rate": text("Trong các lần thanh toán trong kỳ: phần thanh toán trực tuyến.",
		"Hồ sơ có phí mà chưa trả không nằm trong tỷ lệ; tính theo lần, không theo số tiền.",
		"A fee that was not paid is not in it; it counts payments, not money.", lawElectronic),
	"online.digital_result_rate": text("Trong hồ sơ có kết quả trong kỳ: phần có kết quả điện tử.",
		"Không kiểm tra tệp kết quả.", "The file itself is not checked.", lawDigital),
	"post.received_rate": text("Trong hồ sơ tiếp nhận trong kỳ: phần nộp qua bưu chính công ích.", "", "", ""),
	"post.returned_rate": text("Trong kết quả trả trong kỳ: phần trả qua bưu chính công ích.",
		"Chỉ gồm hồ sơ mà nguồn báo việc trả kết quả.", "Only of what a source reports as handed over.", ""),
	"satisfaction.score": text("Trung bình các đánh giá (1 đến 5) trong kỳ.",
		"Chỉ những người chọn đánh giá; ít đánh giá thì dao động mạnh.", "Only of those who chose to rate; with few ratings it jumps.", ""),
}

var textsOfOthers = map[string]described{
	"task.assigned": text("Nhiệm vụ được giao trong kỳ, theo cơ quan chủ trì.", "Không cho biết nhiệm vụ lớn hay nhỏ.", "Not how large a task is.", ""),
	"task.completed": text("Nhiệm vụ hoàn thành trong kỳ, tính vào lúc báo cáo mà sau đó được xác nhận.",
		"Báo cáo chưa được xác nhận chưa tính.", "A report that was not confirmed does not count yet.", ""),
	"task.cancelled": text("Nhiệm vụ bị hủy trong kỳ.", "", "", ""),
	"task.open":      text("Nhiệm vụ đã giao, cuối kỳ chưa kết thúc.", "Nhiệm vụ đã báo cáo, chờ xác nhận vẫn tính ở đây.", "What is reported and waits for confirmation is still in it.", ""),
	"task.open_overdue": text("Nhiệm vụ cuối kỳ chưa hoàn thành sau thời hạn có hiệu lực.",
		"Nhiệm vụ không có thời hạn không bao giờ quá hạn.", "A task without a deadline is never overdue.", ""),
	"task.with_deadline_rate": text("Trong nhiệm vụ được giao trong kỳ: phần có thời hạn ngay khi giao.", "", "", ""),
	"task.shared_rate":        text("Trong nhiệm vụ được giao trong kỳ: phần có cơ quan phối hợp.", "Không cho biết cơ quan phối hợp đã làm gì.", "Not what the cooperating agencies did.", ""),
	"task.on_time_rate": text("Trong nhiệm vụ hoàn thành trong kỳ có thời hạn: phần hoàn thành đúng hạn theo thời hạn có hiệu lực.",
		"Gia hạn trong hạn làm nhiệm vụ trễ thành đúng hạn; nhiệm vụ quá hạn chưa xong không bị tính.",
		"An extension in time makes a late task one on time; overdue tasks that are still open are not in it.", ""),
	"task.on_time_rate_first": text("Trong nhiệm vụ hoàn thành trong kỳ có thời hạn: phần hoàn thành đúng hạn theo thời hạn đầu tiên; gia hạn không được tính.",
		"Nhiệm vụ quá hạn chưa xong không bị tính.", "Overdue tasks that are still open are not in it.", ""),
	"task.promise_kept_rate": text("Trong nhiệm vụ có thời hạn hiệu lực rơi vào kỳ và đã qua, không bị hủy trước hạn: phần đã hoàn thành trước hạn.",
		"Không thể cải thiện bằng cách không kết thúc nhiệm vụ, nhưng có thể bằng cách gia hạn.",
		"It cannot be bettered by not closing, but it can by extending.", ""),
	"task.rework_rate": text("Trong nhiệm vụ hoàn thành trong kỳ: phần từng bị trả lại làm lại.", "Không tách báo cáo kém với yêu cầu thay đổi.", "Does not tell a poor report from a changed request.", ""),
	"task.confirm_days_p90": text("Thời gian từ báo cáo đến xác nhận mà 90 % nhiệm vụ xác nhận trong kỳ không vượt quá, tính theo ngày lịch.",
		"Bỏ qua báo cáo còn đang chờ xác nhận.", "Leaves out reports that still wait.", ""),

	"petition.received": text("Đơn tiếp nhận trong kỳ; loại đơn: khiếu nại, tố cáo, kiến nghị, phản ánh.", "Không cho biết nhiều đơn có cùng một vụ việc không.", "Not whether several petitions are of one matter.", lawPetitions),
	"petition.settled":  text("Đơn đã giải quyết trong kỳ.", "Không cho biết người nộp đơn có đồng ý với kết quả không.", "Not whether the petitioner agrees with the outcome.", lawPetitions),
	"petition.not_accepted": text("Đơn không được thụ lý trong kỳ.",
		"Không cho biết không thụ lý đúng hay sai.", "Not whether that was right.", lawPetitions),
	"petition.forwarded": text("Đơn chuyển cho cơ quan khác trong kỳ.", "Kết quả ở cơ quan nhận không thuộc số này.", "What the other agency made of it is not in it.", lawPetitions),
	"petition.open_overdue": text("Đơn cuối kỳ chưa kết thúc sau thời hạn có hiệu lực, tính theo ngày lịch.",
		"Đơn mà nguồn không cho thời hạn không bao giờ quá hạn; thời hạn theo luật không được tự suy ra.",
		"A petition without a deadline from its source is never overdue; the statutory term is not inferred.", lawPetitions),
	"petition.on_time_rate": text("Trong đơn giải quyết trong kỳ có thời hạn: phần giải quyết đúng hạn; thời hạn tính từ lúc thụ lý.",
		"Đơn không có thời hạn nằm ngoài tỷ lệ; lần đầu và lần hai không tách riêng.",
		"Petitions without a deadline are in no rate; first and second complaints are not told apart.", lawPetitions),

	"reception.sessions": text("Lượt tiếp công dân trong kỳ.", "Như cơ quan ghi trong sổ tiếp công dân.", "As the agency's book of receptions has it.", lawReceptions),
	"reception.people":   text("Người được tiếp trong kỳ.", "Một người đến nhiều lần được tính nhiều lần.", "Who comes several times counts several times.", lawReceptions),
	"reception.cases":    text("Vụ việc được trình bày khi tiếp công dân trong kỳ.", "Một vụ việc được trình bày nhiều lần được tính nhiều lần.", "A matter that is heard several times counts several times.", lawReceptions),
	"reception.by_leader_rate": text("Trong các lượt tiếp công dân trong kỳ: phần do người đứng đầu trực tiếp tiếp.",
		"Không cho biết người đứng đầu có tiếp đủ số buổi theo quy định không.", "Not whether the head held as many as the rule asks.", lawReceptions),

	"finding.raised": text("Tồn tại, hạn chế do đoàn kiểm tra nêu trong kỳ; loại là lĩnh vực.", "Kiểm tra nhiều hơn thì phát hiện nhiều hơn.", "Who is inspected more has more of them.", ""),
	"finding.settled": text("Tồn tại, hạn chế đã khắc phục trong kỳ.",
		"Theo báo cáo khắc phục, không phải theo phúc tra.", "As reported by the agency, not as checked again.", ""),
	"finding.open_overdue": text("Tồn tại, hạn chế cuối kỳ chưa khắc phục sau thời hạn.", "Tồn tại không có thời hạn không bao giờ quá hạn.", "A finding without a deadline is never overdue.", ""),
	"finding.on_time_rate": text("Trong tồn tại khắc phục trong kỳ có thời hạn: phần khắc phục đúng hạn.", "Tồn tại quá hạn chưa khắc phục không bị tính.", "What is overdue and still open is not in it.", ""),

	"org.staffing_ratio":     reported("Biên chế có mặt so với biên chế được giao"),
	"org.streamlining_ratio": reported("Số tinh giản biên chế đã thực hiện so với kế hoạch"),
	"org.iso_ratio":          reported("Thủ tục áp dụng ISO so với kế hoạch"),
	"org.training_ratio":     reported("Lượt đào tạo, bồi dưỡng so với kế hoạch"),
	"org.merger_ratio":       reported("Đơn vị sự nghiệp đã sắp xếp so với kế hoạch"),
	"org.work_file_ratio":    reported("Hồ sơ công việc đã lập và nộp lưu so với số phải lập"),
}

// reported are the texts of what agencies report of themselves.
func reported(saysVI string) described {
	return text(saysVI+": tổng giá trị ÷ tổng chỉ tiêu của các cơ quan, mỗi cơ quan lấy báo cáo của kỳ mới nhất nằm trong kỳ xem.",
		"Số do cơ quan tự báo cáo; cơ quan không báo cáo hoặc không có chỉ tiêu nằm ngoài cả hai tổng.",
		"Agencies report it of themselves; one that reports nothing, or no target, is in neither sum.", "")
}
