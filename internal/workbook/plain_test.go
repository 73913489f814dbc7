package workbook

import "testing"

func TestNoTextBecomesAFormula(t *testing.T) {
	for text, want := range map[string]string{"=1+1": "'=1+1", "-1": "'-1", "+84": "'+84", "@x": "'@x", "\tx": "'\tx", "Sở": "Sở", "": ""} {
		if got := Plain(text); got != want {
			t.Errorf("%q becomes %q, want %q", text, got, want)
		}
	}
}
