package problem

import (
	"net/http/httptest"
	"strings"
	"testing"
	"unicode/utf8"
)

// What was asked comes back as text, whatever its bytes: a page that shows an answer by mistake runs nothing of it.
func TestWhatWasAskedComesBackAsText(t *testing.T) {
	answer := httptest.NewRecorder()
	Plain(answer, 400, "no agency is called \xff\xfe<script>")
	body := answer.Body.String()
	if !utf8.ValidString(body) || strings.Contains(body, "<") || !strings.Contains(body, `\ufffd\ufffd\u003cscript\u003e`) {
		t.Errorf("answered %s", body)
	}
}
