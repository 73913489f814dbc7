package bench

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"time"
)

// city makes dossiers of a believable shape: about four events each, over two years that end two months ago. A case is made
// from its number alone, so that any part of the city can be made again at any time.
type city struct {
	agencies, procedures int
	// name keeps the cases of two cities apart.
	name string
	// end is the instant before which every case was received.
	end time.Time
}

// fact is an event before it is written in one form or another.
type fact struct {
	subject, id, kind string
	time              time.Time
	data              string
}

const (
	origin = "urn:bench:one-stop"
	// historyDays is how long the city's history is.
	historyDays = 730
)

var zone = time.FixedZone("+07", 7*60*60)

// newCity returns a city whose history ends two months before now.
func newCity(name string, agencies, procedures int) city {
	return city{agencies: agencies, procedures: procedures, name: name, end: time.Now().In(zone).Truncate(24*time.Hour).AddDate(0, -2, 0)}
}

// subject is the code of a case.
func (c city) subject(number int) string { return fmt.Sprintf("%s.%09d", c.name, number) }

// add appends the events of a case, in the order in which they happened.
func (c city) add(facts []fact, number int) []fact {
	rng := rand.New(rand.NewPCG(uint64(number), 8))
	subject := c.subject(number)
	tell := func(kind string, at time.Time, data string) {
		id := fmt.Sprintf("%016x%016x", rng.Uint64(), rng.Uint64())
		facts = append(facts, fact{subject: subject, id: id, kind: "dossier." + kind, time: at, data: data})
	}
	chance := func(percent int) bool { return rng.IntN(100) < percent }
	// In office hours, at any second of them.
	later := func(at time.Time, days int) time.Time {
		day := at.AddDate(0, 0, days)
		return time.Date(day.Year(), day.Month(), day.Day(), 8, 0, rng.IntN(8*60*60), 0, zone)
	}

	received := later(c.end, -1-rng.IntN(historyDays))
	online := chance(60)
	channel := "direct"
	if online {
		channel = "online"
		tell("submitted", received.Add(-time.Duration(1+rng.IntN(600))*time.Minute), c.opening(rng, number, channel, ""))
	}
	term := 3 + rng.IntN(20)
	tell("received", received, c.opening(rng, number, channel, later(received, term).Format(time.DateOnly)))
	end := later(received, 1+rng.IntN(term))
	if chance(10) { // late
		end = later(received, term+1+rng.IntN(20))
	}
	if chance(12) {
		tell("supplement_requested", received.Add(2*time.Hour), `{"reason":"R`+strconv.Itoa(rng.IntN(9))+`"}`)
		tell("supplemented", later(received, 2), `{}`)
		end = later(end, 3)
	}
	if chance(4) {
		tell("rescheduled", received.Add(25*time.Hour), `{"apology":true,"due":"`+later(received, term+5).Format(time.DateOnly)+`"}`)
	}
	if chance(8) {
		return facts // still open
	}
	if chance(5) {
		tell("rejected", end, `{"reason":"R1"}`)
		return facts
	}
	tell("resolved", end, `{"digital":`+strconv.FormatBool(online)+`}`)
	tell("returned", end.Add(time.Duration(1+rng.IntN(600))*time.Minute), `{"channel":"`+channel+`"}`)
	if chance(50) {
		tell("paid", received.Add(5*time.Minute), `{"amount":`+strconv.Itoa(1000*(10+rng.IntN(300)))+`,"channel":"`+channel+`"}`)
	}
	return facts
}

// opening is the data of a submission or, with a due, of a receipt: canonical JSON.
func (c city) opening(rng *rand.Rand, number int, channel, due string) string {
	agency := number * 7919 % c.agencies
	if due != "" {
		due = `"due":"` + due + `",`
	}
	return fmt.Sprintf(`{"agency":"H24.%d","applicant":"person","channel":"%s",%s"fee":true,"level":"%s","procedure":"1.%06d","unit":"H24.%d.%d"}`,
		10+agency, channel, due, [...]string{"full", "partial", "2"}[rng.IntN(3)], (number*31+rng.IntN(40))%c.procedures, 10+agency, rng.IntN(4))
}

// facts are the events of cases from..to, each case's adjacent.
func (c city) facts(from, to int) []fact {
	facts := make([]fact, 0, 4*(to-from)+16)
	for n := from; n < to; n++ {
		facts = c.add(facts, n)
	}
	return facts
}

// atLeast returns the events of the first cases that have n events together, and how many cases they are.
func (c city) atLeast(n int) (facts []fact, cases int) {
	facts = make([]fact, 0, n+16)
	for ; len(facts) < n; cases++ {
		facts = c.add(facts, cases)
	}
	return facts, cases
}

func shuffle(facts []fact) {
	rand.New(rand.NewPCG(1, 2)).Shuffle(len(facts), func(i, j int) { facts[i], facts[j] = facts[j], facts[i] })
}

// request is the number of events in a request.
const request = 1000

// bodies turns facts into the bodies of requests, one event after the other.
func bodies(facts []fact, open, separator, end string, write func([]byte, *fact) []byte) [][]byte {
	var all [][]byte
	for len(facts) > 0 {
		n := min(request, len(facts))
		body := append(make([]byte, 0, n*450), open...)
		for i := range facts[:n] {
			if i > 0 {
				body = append(body, separator...)
			}
			body = write(body, &facts[i])
		}
		all, facts = append(all, append(body, end...)), facts[n:]
	}
	return all
}

// asCloudEvents are requests to a collector.
func asCloudEvents(facts []fact) [][]byte { return bodies(facts, "[", ",", "]", cloudEvent) }

func cloudEvent(b []byte, f *fact) []byte {
	b = append(b, `{"specversion":"1.0","source":"`+origin+`","id":"`...)
	b = append(b, f.id...)
	b = append(b, `","type":"`...)
	b = append(b, f.kind...)
	b = append(b, `","subject":"`...)
	b = append(b, f.subject...)
	b = append(b, `","time":"`...)
	b = f.time.AppendFormat(b, time.RFC3339)
	b = append(b, `","datacontenttype":"application/json","data":`...)
	b = append(b, f.data...)
	return append(b, '}')
}

// asRows are the same events for the engine: what a sender would post that knows the table.
func asRows(facts []fact) [][]byte {
	return bodies(facts, "", "\n", "\n", func(b []byte, f *fact) []byte {
		b = append(b, `{"family":"dossier","source":"`+origin+`","id":"`...)
		b = append(b, f.id...)
		b = append(b, `","type":"`...)
		b = append(b, f.kind...)
		b = append(b, `","subject":"`...)
		b = append(b, f.subject...)
		b = append(b, `","time":"`...)
		b = f.time.UTC().AppendFormat(b, "2006-01-02 15:04:05.000")
		b = append(b, `","data":`...)
		b = strconv.AppendQuote(b, f.data)
		return append(b, '}')
	})
}
