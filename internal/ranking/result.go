package ranking

// Result is a ranking: what it was made by and of, and the standings of each group.
type Result struct {
	Method Described `json:"method"`
	Inputs Inputs    `json:"inputs"`
	// Provisional: the period still runs, or assessments that count are not verified.
	Provisional bool `json:"provisional"`
	// Tried are the weights that were tried instead of the method's; nothing of such a result holds.
	Tried  []string    `json:"tried,omitempty"`
	Groups []Standings `json:"groups"`
}

// Described is a method as results show it: enough to read them.
type Described struct {
	ID      string  `json:"id"`
	Version string  `json:"version"`
	SHA256  string  `json:"sha256"`
	Titles  Names   `json:"titles"`
	Points  float64 `json:"points"`
	// Decimals are those by which equals are told.
	Decimals int             `json:"decimals"`
	Areas    []DescribedArea `json:"areas"`
	// Adjustments are the bonus and penalty points.
	Adjustments []DescribedAdjustment `json:"adjustments"`
}

// DescribedArea is an area of a method.
type DescribedArea struct {
	ID       string               `json:"id"`
	Titles   Names                `json:"titles"`
	Weight   float64              `json:"weight"`
	Criteria []DescribedCriterion `json:"criteria"`
}

// DescribedCriterion is a criterion of a method. KPI or Assessment is set.
type DescribedCriterion struct {
	ID         string   `json:"id"`
	Titles     Names    `json:"titles"`
	Weight     float64  `json:"weight"`
	KPI        string   `json:"kpi,omitempty"`
	Unit       string   `json:"unit,omitempty"`
	Assessment string   `json:"assessment,omitempty"`
	Maximum    float64  `json:"maximum,omitempty"`
	Better     Better   `json:"better"`
	Minimum    *float64 `json:"minimum,omitempty"`
}

// DescribedAdjustment is bonus or penalty points of a method.
type DescribedAdjustment struct {
	ID      string  `json:"id"`
	Titles  Names   `json:"titles"`
	Penalty bool    `json:"penalty"`
	Maximum float64 `json:"maximum"`
}

// Standings are the agencies of one group, ranked with each other.
type Standings struct {
	Group Group `json:"group"`
	// Figures are the group's own, by criterion: what stands in for figures of too few cases.
	Figures []GroupFigure `json:"figures"`
	// Agencies are sorted by rank, equals by code; those without a rank come last, by code.
	Agencies []Standing `json:"agencies"`
	// Excluded are those that the method does not rank.
	Excluded []Excluded `json:"excluded"`
	// NoData are all others, by code, where nothing at all is known of any of them in the period: then nobody has points or a rank.
	NoData []Agency `json:"no_data,omitempty"`
	// Certainty says how sure the ranks are; nil where that was not simulated.
	Certainty *Certainty `json:"certainty,omitempty"`
}

// GroupFigure is a figure of all ranked agencies of a group together.
type GroupFigure struct {
	Criterion   string   `json:"criterion"`
	Numerator   *float64 `json:"numerator,omitempty"`
	Denominator *float64 `json:"denominator,omitempty"`
	Value       *float64 `json:"value"`
	// Best is the best figure of those that have enough cases; set where points are a share of it.
	Best *float64 `json:"best,omitempty"`
}

// Excluded is an agency that a method does not rank, and why.
type Excluded struct {
	Agency Agency `json:"agency"`
	Reason Names  `json:"reason"`
}

// Standing is one agency's points and rank.
type Standing struct {
	Agency Agency `json:"agency"`
	// Rank counts from 1; equals share one, and the next is as many lower. Nil: not ranked, see Unranked.
	Rank *int `json:"rank"`
	// Interval is where the rank lies with 90 %; nil where that was not simulated, or there is no rank.
	Interval *Interval `json:"interval,omitempty"`
	// Robust says how much of it is owed to the weights; nil as Interval.
	Robust *Robust `json:"robust,omitempty"`
	// Unranked are the criteria for which it could not be ranked.
	Unranked []string `json:"unranked,omitempty"`
	// Points are the sum of the areas, with adjustments, from 0 to the method's.
	Points   float64      `json:"points"`
	Areas    []AreaPoints `json:"areas"`
	Criteria []Score      `json:"criteria"`
	// Adjustments are the bonus and penalty points that it got.
	Adjustments []Adjusted `json:"adjustments,omitempty"`
	// Waiting are bonus points that it claimed and nobody verified; until then they count for nothing.
	Waiting []Waiting `json:"waiting,omitempty"`
	// Overclaimed is what the agency claimed − what was verified, over the assessments for which both are known; nil where none is.
	Overclaimed *float64 `json:"overclaimed"`
	// Change is against the period before; nil where it was not ranked then.
	Change *Change `json:"change"`
	// Untried is where it stands by the method as it is; set where something else was tried.
	Untried *Place `json:"untried,omitempty"`
}

// Place is a rank, nil without one, and points.
type Place struct {
	Rank   *int    `json:"rank"`
	Points float64 `json:"points"`
}

// AreaPoints are the points of an area.
type AreaPoints struct {
	Area   string  `json:"area"`
	Points float64 `json:"points"`
	Weight float64 `json:"weight"`
}

// Mark says that a score is not simply that of the agency's figure.
type Mark string

// The marks.
const (
	// MarkShrunk: too few cases; the rest up to the minimum is taken to have gone as in the group.
	MarkShrunk Mark = "shrunk"
	// MarkNeutral: too few cases, or none; the group's figure stands in.
	MarkNeutral Mark = "neutral"
	// MarkMissing: no case, or no answer.
	MarkMissing Mark = "missing"
	// MarkQuiet: nothing is heard of the agency any more.
	MarkQuiet Mark = "quiet"
	// MarkUnverified: nobody verified what was claimed.
	MarkUnverified Mark = "unverified"
	// MarkCapped: more points were given than there are.
	MarkCapped Mark = "capped"
	// MarkLate: answered after the deadline.
	MarkLate Mark = "late"
)

var markNames = map[Mark]Names{
	MarkShrunk:     {VI: "ít hồ sơ: phần thiếu tính theo cả nhóm", EN: "few cases: the rest as the group"},
	MarkNeutral:    {VI: "tính như cả nhóm", EN: "scored as the group"},
	MarkMissing:    {VI: "không có dữ liệu", EN: "no data"},
	MarkQuiet:      {VI: "không còn dữ liệu mới", EN: "gone quiet"},
	MarkUnverified: {VI: "chưa thẩm định", EN: "not verified"},
	MarkCapped:     {VI: "cao hơn mức tối đa", EN: "above the maximum"},
	MarkLate:       {VI: "nộp muộn", EN: "late"},
}

// Names say a mark to people.
func (m Mark) Names() Names { return markNames[m] }

// Score is what one criterion earned.
type Score struct {
	Criterion   string   `json:"criterion"`
	Numerator   *float64 `json:"numerator,omitempty"`
	Denominator *float64 `json:"denominator,omitempty"`
	N           *float64 `json:"n,omitempty"`
	// Value is the agency's own figure; nil without cases.
	Value *float64 `json:"value"`
	// Used is the figure that was scored: Value, or what stood in for it; nil if nothing did.
	Used *float64 `json:"used"`
	// Claimed and Verified are an assessment's points.
	Claimed  *float64 `json:"claimed,omitempty"`
	Verified *float64 `json:"verified,omitempty"`
	// Share of the weight, from 0 to 1, and the points that it makes.
	Share  float64 `json:"share"`
	Points float64 `json:"points"`
	Weight float64 `json:"weight"`
	Marks  []Mark  `json:"marks,omitempty"`
	// Evidence is where the agency shows what it claims.
	Evidence string `json:"evidence,omitempty"`
	// Reason is the code by which what was verified differs.
	Reason string `json:"reason,omitempty"`
	// Cases asks this server for the cases behind the figure; "" where there are none to ask for.
	Cases string `json:"cases,omitempty"`
}

// Adjusted is bonus points, or penalty points as a negative number.
type Adjusted struct {
	Adjustment string  `json:"adjustment"`
	Points     float64 `json:"points"`
	// Count is of how many, where each one counts.
	Count    *float64 `json:"count,omitempty"`
	Evidence string   `json:"evidence,omitempty"`
	Reason   string   `json:"reason,omitempty"`
	Cases    string   `json:"cases,omitempty"`
}

// Waiting is bonus points that were claimed.
type Waiting struct {
	Adjustment string  `json:"adjustment"`
	Claimed    float64 `json:"claimed"`
	Evidence   string  `json:"evidence,omitempty"`
}

// Change says how a standing moved since the period before, by the same method.
type Change struct {
	Period string `json:"period"`
	Place
	// By says which criterion or adjustment moved the points by how much, the greatest first. What the cap of the whole kept away
	// is under "cap". They add up to the difference of the points.
	By []Moved `json:"by"`
}

// Moved is what one criterion or adjustment did to the points.
type Moved struct {
	ID     string   `json:"id"`
	Points float64  `json:"points"`
	Before *float64 `json:"before"`
	After  *float64 `json:"after"`
}
