package lifecycle

import (
	"fmt"
	"time"

	"tiendo/internal/event"
)

// Sentence says in one Vietnamese and one English sentence what was compared with what, and what came of it. Instants are
// written in zone.
func (c *Case) Sentence(zone *time.Location) (vi, en string) {
	const inVietnamese, inEnglish = "02/01/2006 15:04:05", "15:04:05, 2 Jan 2006"
	told, deadline := c.Told.In(zone).Format(inVietnamese), c.Deadline.In(zone).Format(inVietnamese)
	toldEN, deadlineEN := c.Told.In(zone).Format(inEnglish), c.Deadline.In(zone).Format(inEnglish)
	switch c.Verdict(zone) {
	case VerdictEarly:
		return fmt.Sprintf("Kết thúc %s, trước ngày hẹn %s: trước hạn.", told, deadline), fmt.Sprintf("Settled %s, before the day of the deadline %s: early.", toldEN, deadlineEN)
	case VerdictOnTime:
		return fmt.Sprintf("Kết thúc %s ≤ hạn %s: đúng hạn.", told, deadline), fmt.Sprintf("Settled %s ≤ deadline %s: on time.", toldEN, deadlineEN)
	case VerdictLate:
		return fmt.Sprintf("Kết thúc %s > hạn %s: quá hạn.", told, deadline), fmt.Sprintf("Settled %s > deadline %s: late.", toldEN, deadlineEN)
	case VerdictNoDeadline:
		return fmt.Sprintf("Kết thúc %s, không có ngày hẹn trả.", told), fmt.Sprintf("Settled %s, without ever a promised date.", toldEN)
	case VerdictNoCalendar:
		return "Lịch làm việc không có những ngày cần tính: không vào tỷ lệ nào.", "The calendar does not cover the days that were needed: it is in no rate."
	case VerdictEnded:
		return fmt.Sprintf("Kết thúc %s mà không giải quyết: %s.", told, endedIn(c.Closing)), fmt.Sprintf("Closed %s without being settled: %s.", toldEN, c.Closing)
	case VerdictOpen:
		if c.Deadline.IsZero() {
			return openIn(c.Family) + ", chưa có hạn xác định.", "Open, without a deadline that is fixed."
		}
		return openIn(c.Family) + ", hạn " + deadline + ".", "Open, deadline " + deadlineEN + "."
	case VerdictAwaiting:
		return "Đã nộp, chờ tiếp nhận.", "Submitted, awaiting acceptance."
	case VerdictNotAccepted:
		return "Không được tiếp nhận.", "Not accepted."
	case VerdictVoided:
		return "Đã hủy: không vào số liệu nào.", "Voided: it counts nowhere."
	case VerdictHeld:
		s := c.Session
		return fmt.Sprintf("Tiếp công dân: %d lượt, %d người, %d vụ việc.", s.Sessions, s.People, s.Cases),
			fmt.Sprintf("Citizen reception: sessions %d, people %d, cases %d.", s.Sessions, s.People, s.Cases)
	default:
		if c.Closing == "" {
			return "Chưa có lần tiếp nhận nào được tính: nguồn chưa báo, hoặc đã rút lại.", "No opening counts: none was told, or it was taken back."
		}
		return "Kết thúc mà chưa từng tiếp nhận.", "Closed without ever having been opened."
	}
}

// openIn says in Vietnamese what is being done with an open case.
func openIn(family event.Family) string {
	switch family {
	case event.Task:
		return "Đang thực hiện"
	case event.Finding:
		return "Đang khắc phục"
	default:
		return "Đang giải quyết"
	}
}

// endedIn says in Vietnamese how a case was closed that was not settled.
func endedIn(closing string) string {
	switch closing {
	case "withdrawn":
		return "đã rút"
	case "cancelled":
		return "đã hủy"
	case "forwarded":
		return "đã chuyển cơ quan khác"
	case "rejected":
		return "không thụ lý"
	default:
		return closing
	}
}
