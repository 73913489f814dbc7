package lifecycle

import (
	"strings"
	"testing"
	"time"

	"tiendo/internal/event"
)

// Each language has its own words and dates.
func TestSentencesAreInOneLanguage(t *testing.T) {
	at := time.Date(2026, 11, 3, 9, 5, 0, 0, time.UTC)
	for closing, want := range map[string]string{"withdrawn": "đã rút", "cancelled": "đã hủy", "forwarded": "đã chuyển cơ quan khác", "rejected": "không thụ lý"} {
		c := &Case{Family: event.Petition, Opened: at.Add(-time.Hour), Told: at, Closed: at, Closing: closing}
		vi, en := c.Sentence(time.UTC)
		if vi != "Kết thúc 03/11/2026 09:05:00 mà không giải quyết: "+want+"." || en != "Closed 09:05:00, 3 Nov 2026 without being settled: "+closing+"." {
			t.Errorf("%s; %s", vi, en)
		}
	}
	c := &Case{Family: event.Dossier, Opened: at, Deadline: at}
	if vi, en := c.Sentence(time.UTC); !strings.Contains(vi, "hạn 03/11/2026") || !strings.Contains(en, "deadline 09:05:00, 3 Nov 2026") {
		t.Errorf("%s; %s", vi, en)
	}
	c.Family = event.Task
	if vi, _ := c.Sentence(time.UTC); !strings.HasPrefix(vi, "Đang thực hiện, hạn") {
		t.Errorf("of a task: %s", vi)
	}
}
