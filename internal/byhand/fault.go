package byhand

import (
	"strings"

	"tiendo/internal/event"
)

// Fault says why something is not taken, and what would do.
type Fault struct {
	// Title is of what was asked; empty if it is the whole.
	Title, Says Text
}

// Faults are why a form is not taken.
type Faults []Fault

func (f Faults) Error() string {
	var all []string
	for _, one := range f {
		all = append(all, strings.TrimPrefix(one.Title[1]+": "+one.Says[1], ": "))
	}
	return strings.Join(all, "; ")
}

func (q *Question) missing() Fault {
	return Fault{q.Title, Text{"còn trống. Cần: " + q.Says[0] + ".", "is empty. What would do: " + q.Says[1] + "."}}
}

func (q *Question) unreadable() Fault {
	return Fault{q.Title, Text{"không đọc được. Cần: " + q.Says[0] + ".", "can't be read. What would do: " + q.Says[1] + "."}}
}

// ambiguous says that a number is one where its sign parts thousands, and another where it parts decimals.
func (q *Question) ambiguous(text string) Fault {
	plain := strings.NewReplacer(".", "", ",", "").Replace(text)
	return Fault{q.Title, Text{
		text + " có thể là " + plain + " hoặc số thập phân. Viết hàng nghìn liền nhau (" + plain + "); phần thập phân không viết đúng ba chữ số.",
		text + " may be " + plain + " or a decimal. Write thousands without a sign (" + plain + "), decimals with other than three digits.",
	}}
}

// broken is a cell that says of itself why it can't be told.
func (q *Question) broken(reason string) Fault {
	return Fault{q.Title, Text{
		"ô gộp, ô lỗi hoặc công thức chưa được tính. Hãy ghi thẳng giá trị vào ô. Cần: " + q.Says[0] + ".",
		reason + ". What would do: " + q.Says[1] + ".",
	}}
}

// future says that something has not happened yet.
func (q *Question) future() Fault {
	return Fault{q.Title, Text{"ở tương lai. Chỉ ghi việc đã xảy ra.", "is in the future. Tell only what has happened."}}
}

// of words the fault of a decoder.
func (q *Question) of(why *event.Error) Fault {
	switch {
	case strings.Contains(why.Reason, "ahead of its arrival"):
		return q.future()
	case why.Reason == "is missing":
		return q.missing()
	default:
		return q.unreadable()
	}
}

func whole(vi, en string) Fault { return Fault{Says: Text{vi, en}} }
