package dashboards

import (
	"fmt"
	"net/http"
	"net/url"
	"strconv"

	"tiendo/internal/publication"
	"tiendo/internal/ranking"
)

// publicationView is the page of one publication.
type publicationView struct {
	recordView
	publicationRow
	SHA256, Key, Command, Events, Block string
	// Live leads to the ranking as it is now.
	Live string
	// Drifts are the agencies that would stand elsewhere today; Asked says that this could be asked.
	Drifts []movedRow
	Asked  bool
}

// recordView is what a record seals, or will seal.
type recordView struct {
	D                *publicationWords
	Although, Reason string
	// Obstacles are what stands against it.
	Obstacles []string
	Groups    []publishedGroup
	// Moved are the agencies that a correction moved.
	Moved []movedRow
}

type publishedGroup struct {
	Name string
	// Nobody is why nobody is ranked; "" where somebody is.
	Nobody string
	Rows   []publishedAgency
}

type publishedAgency struct{ Code, Name, Rank, Points, Sure string }

// movedRow is an agency that stands elsewhere, and why.
type movedRow struct {
	Code, Name, Before, After string
	Causes                    []detail
}

func (p *Pages) publicationPage(w http.ResponseWriter, r *http.Request) {
	lang, ok := p.language(w, r)
	if !ok {
		return
	}
	d := publicationsIn[lang]
	number, err := strconv.ParseInt(r.PathValue("number"), 10, 64)
	entry, known := p.entryOf(number)
	if err != nil || !known {
		p.complain(w, r, lang, http.StatusNotFound, trouble{Heading: d.Unknown})
		return
	}
	record, err := p.Publishing.All.Record(number)
	if err != nil {
		p.Logger.Error("a publication could not be read", "number", number, "error", err)
		p.complain(w, r, lang, http.StatusConflict, trouble{Heading: d.Tampered})
		return
	}
	v := p.publicationView(&entry, record, lang)
	today, err := p.Publishing.Today(r.Context(), number)
	if err != nil {
		p.Logger.Error("what would differ today could not be asked", "number", number, "error", err)
	} else {
		v.Asked = true
		for i := range today.Agencies {
			v.Drifts = append(v.Drifts, driftRow(&today.Agencies[i], lang))
		}
	}
	p.send(w, r, http.StatusOK, "publication", p.sheet(r, lang, fmt.Sprintf("%s %d", d.Title, number), v))
}

func (p *Pages) entryOf(number int64) (publication.Entry, bool) {
	for _, e := range p.Publishing.All.List() {
		if e.Number == number {
			return e, true
		}
	}
	return publication.Entry{}, false
}

func (p *Pages) publicationView(e *publication.Entry, record *publication.Record, lang language) publicationView {
	v := publicationView{
		recordView: newRecordView(record, lang), publicationRow: p.publicationRow(e, lang), SHA256: e.SHA256,
		Key: p.Publishing.All.Seal().Key(), Events: lang.count(float64(e.Events)), Block: strconv.FormatUint(e.Block, 10),
	}
	v.Live = "/ranking?" + url.Values{"method": {e.Method}, "period": {e.Period.ID}}.Encode()
	v.Command = fmt.Sprintf("tiendo verify FILE --key '%s'", v.Key)
	return v
}

func newRecordView(record *publication.Record, lang language) recordView {
	v := recordView{D: publicationsIn[lang], Although: record.Although}
	for _, o := range record.Obstacles {
		v.Obstacles = append(v.Obstacles, lang.of(o.VI, o.EN))
	}
	for _, g := range record.Ranking.Groups {
		group := publishedGroup{Name: lang.of(g.Group.Names.VI, g.Group.Names.EN), Nobody: lang.of(g.Nobody().VI, g.Nobody().EN)}
		for i := range g.Agencies {
			group.Rows = append(group.Rows, publishedRow(&g.Agencies[i], record.Ranking.Method.Decimals, lang))
		}
		v.Groups = append(v.Groups, group)
	}
	if record.Corrects != nil {
		v.Reason = record.Corrects.Reason
		names := map[string]ranking.Names{}
		for _, a := range record.Ranking.Inputs.Agencies {
			names[a.Code] = a.Names
		}
		for _, c := range record.Corrects.Changes {
			name := names[c.Agency]
			v.Moved = append(v.Moved, movedRow{Code: c.Agency, Name: lang.of(name.VI, name.EN), Before: lang.position(c.Before), After: lang.position(c.After)})
		}
	}
	return v
}

func publishedRow(s *ranking.Standing, decimals int, lang language) publishedAgency {
	row := publishedAgency{
		Code: s.Agency.Code, Name: lang.of(s.Agency.Names.VI, s.Agency.Names.EN), Rank: publicationsIn[lang].NoRank, Points: lang.total(s.Points, decimals), Sure: none,
	}
	if s.Rank != nil {
		row.Rank = strconv.Itoa(*s.Rank)
	}
	if s.Interval != nil {
		row.Sure = ranksOf(s.Interval.Low, s.Interval.High)
	}
	return row
}

func driftRow(x *publication.Drift, lang language) movedRow {
	row := movedRow{
		Code: x.Agency.Code, Name: lang.of(x.Agency.Names.VI, x.Agency.Names.EN), Before: lang.position(x.Before), After: lang.position(x.After),
	}
	for _, c := range x.Causes {
		row.Causes = append(row.Causes, detail{lang.of(c.VI, c.EN), lang.signed(c.Points)})
	}
	return row
}

// position writes points and rank of an agency.
func (l language) position(at *publication.Position) string {
	switch {
	case at == nil:
		return none
	case at.Rank == nil:
		return l.points(at.Points) + " (" + publicationsIn[l].NoRank + ")"
	default:
		return fmt.Sprintf("%s (%s %d)", l.points(at.Points), l.of("hạng", "rank"), *at.Rank)
	}
}

// movedOf is what the template of moved agencies is executed with.
func movedOf(d *publicationWords, title, then, now string, rows []movedRow, why bool) map[string]any {
	return map[string]any{"D": d, "Title": title, "Then": then, "Now": now, "Rows": rows, "Why": why}
}
