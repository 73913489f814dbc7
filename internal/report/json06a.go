package report

import "encoding/json"

// form06a is what the form is called.
var form06a = Names{
	"Tình hình, kết quả giải quyết thủ tục hành chính (TTHC)",
	"Settling of administrative procedures",
}

// MarshalJSON adds what the form is and what its columns mean.
func (f *Form06a) MarshalJSON() ([]byte, error) {
	type plain Form06a
	return json.Marshal(struct {
		Form   string     `json:"form"`
		Title  Names      `json:"title"`
		Law    string     `json:"law"`
		Period periodJSON `json:"period"`
		*plain
		Holds   bool     `json:"holds"`
		Columns []Column `json:"columns"`
	}{"06a", form06a, law06a, periodOf(f.Period), (*plain)(f), len(f.Faults) == 0, Columns06a[:]})
}

const law06a = "TT 01/2020/TT-VPCP, II.06a/VPCP/KSTT"
