package calendar

import (
	"testing"
	"time"
)

// TestTerms: terms of days, worked out by hand with the table of DOMAIN.md §3. The day after the first is day 1.
func TestTerms(t *testing.T) {
	f := func(name, from string, n int, want, why string) {
		t.Helper()
		c, ok := set.Get(name)
		if !ok {
			t.Fatal(name)
		}
		if got, err := c.AddDays(day(t, from), n); err != nil || got.String() != want {
			t.Errorf("%d of %s after %s (%s): %s, %v; want %s", n, name, from, why, got, err, want)
		}
	}
	const work, all = "vn-office", "days"
	// Complaints and denunciations count every day (DOMAIN fact 13, §1.6).
	f(all, "2025-03-10", 30, "2025-04-09", "khiếu nại lần đầu, ≤ 30 from thụ lý, Luật Khiếu nại Điều 28 [S12]")
	f(all, "2025-03-10", 45, "2025-04-24", "complex, or second; Điều 28 [S12], [K]")
	f(all, "2025-03-10", 60, "2025-05-09", "remote and complex; Điều 28 [S12]")
	f(all, "2025-03-10", 70, "2025-05-19", "second, remote and complex [K]")
	f(all, "2025-04-09", 30, "2025-05-09", "tố cáo, extended by 30, Luật Tố cáo Điều 30 [S12], [K]")
	f(all, "2026-01-26", 30, "2026-02-25", "Tết does not stop them")
	f(all, "2025-12-20", 10, "2025-12-30", "10 days to accept a complaint [K]")
	f(all, "2024-02-20", 10, "2024-03-01", "29 February is a day of 2024")
	f(all, "2023-02-20", 10, "2023-03-02", "and none of 2023")
	f(all, "2024-02-29", 365, "2025-02-28", "a year later there is no 29 February")
	// Working days.
	f(work, "2026-02-12", 7, "2026-03-02", "7 working days to accept a denunciation [K] §1.6; Tết is 16–20/2/2026")
	f(work, "2025-04-24", 10, "2025-05-12", "kiến nghị at reception, 10 working days [K] §1.6; 26/4 worked, 30/4 to 2/5 off")
	f(work, "2025-04-24", 15, "2025-05-19", "PAKN, 15 working days, §1.4 5.2 [S1]")
	f(work, "2026-12-31", 2, "2027-01-05", "PAKN refused within 2 working days, §1.4 5.2 [S1]; 1/1/2027 is a Friday")
	f(work, "2019-09-30", 3, "2019-10-03", "returned within 3 working days of receipt, decree 61, §1.2 [K]")
	f(work, "2025-01-24", 5, "2025-02-07", "Tết 27–31/1/2025, 6150/TB-BLĐTBXH")
	f(work, "2020-01-22", 1, "2020-01-30", "Tết 23–29/1/2020 with days made up")
	f(work, "2018-12-28", 3, "2019-01-04", "31/12/2018 swapped off, 1/1: 2, 3, 4 January, 6519/VPCP-KGVX")
	f(work, "2018-12-28", 4, "2019-01-05", "and Saturday 5/1/2019 worked for it")
	f(work, "2021-12-31", 1, "2022-01-04", "1/1/2022 a Saturday, made up on Monday 3/1, Điều 111 khoản 3")
	f(work, "2023-04-28", 1, "2023-05-04", "29/4 and 30/4 on a weekend, made up on 2/5 and 3/5, 5034/TB-LĐTBXH")
	f(work, "2026-01-01", 1, "2026-01-05", "2/1/2026 swapped off, 12729/VPCP-KGVX")
	f(work, "2026-01-08", 2, "2026-01-10", "for Saturday 10/1/2026")
	f(work, "2026-08-28", 1, "2026-09-03", "31/8 swapped off, 1 and 2/9 Quốc khánh, 9441/TB-BNV")
	f(work, "2026-04-24", 1, "2026-04-28", "Giỗ Tổ on Sunday 26/4/2026, made up on 27/4")
	f(work, "2026-11-23", 1, "2026-11-25", "24/11, NQ 28/2026/QH16")
	f(work, "2025-11-23", 1, "2025-11-24", "which was a working day in 2025")
	f(work, "2024-02-28", 1, "2024-02-29", "29 February")
	f(work, "2027-12-30", 1, "2027-12-31", "the last day that is covered")
}

// TestTermsInHours: a term in working time, as field software reckons it (DOMAIN.md §3, S2): a receipt before opening counts from
// the opening, one in the lunch break from 13:30, one after closing from the next day; 8 hours are a day.
func TestTermsInHours(t *testing.T) {
	c := office(t)
	f := func(from string, hours float64, want, why string) {
		t.Helper()
		parse := func(s string) time.Time {
			at, err := time.ParseInLocation("2006-01-02T15:04", s, zone)
			if err != nil {
				t.Fatal(err)
			}
			return at
		}
		got, err := c.Advance(parse(from), Work(hours*3_600_000))
		if err != nil || !got.Equal(parse(want)) {
			t.Errorf("%s and %v working hours (%s): %v, %v; want %s", from, hours, why, got.In(zone), err, want)
		}
	}
	f("2025-03-10T05:00", 1, "2025-03-10T08:00", "before opening")
	f("2025-03-10T12:00", 1, "2025-03-10T14:30", "in the lunch break")
	f("2025-03-10T18:00", 1, "2025-03-11T08:00", "after closing")
	f("2025-03-10T11:00", 1, "2025-03-10T14:00", "over the lunch break")
	f("2025-03-10T09:15", 8, "2025-03-11T09:15", "a day is at the same time of the next working day")
	f("2025-03-10T14:00", 16, "2025-03-12T14:00", "two days")
	f("2025-03-07T16:00", 8, "2025-03-10T16:00", "8 working hours to accept what was submitted online on a Friday, §1.2 [S2]")
	f("2025-03-07T16:00", 24, "2025-03-12T16:00", "jmix 790: 24 working hours are three days, not one")
	f("2026-02-13T16:00", 8, "2026-02-23T16:00", "over Tết 2026")
	f("2026-01-09T16:00", 8, "2026-01-10T16:00", "into a worked Saturday")
	f("2025-12-31T16:00", 8, "2026-01-05T16:00", "across New Year with 2/1/2026 swapped off")
	f("2024-02-28T16:00", 8, "2024-02-29T16:00", "29 February")
	f("2025-03-10T07:00", 8, "2025-03-10T17:00", "the smallest instant: the end of the day, not the start of the next")
	f("2025-03-10T07:00", 4.5, "2025-03-10T11:30", "before the break, not after it")
}
