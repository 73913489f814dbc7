package event

import (
	"errors"
	"fmt"
	"net/url"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// What an ASCII byte may stand in.
const (
	inCode    = 1 << iota // codes, subjects and ids
	inSubject             // subjects and ids only
	inURI                 // URI references (RFC 3986)
)

var classes = func() (c [128]uint8) {
	set := func(bytes string, class uint8) {
		for i := range len(bytes) {
			c[bytes[i]] |= class
		}
	}
	letters := "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
	set(letters+"._/-", inCode|inSubject)
	set(":+", inSubject)
	set(letters+"-._~:/?#[]@!$&'()*+,;=%", inURI)
	return c
}()

// CheckCode says why s is no code: 1 to 64 letters (NFC), digits and "._/-". It does not repeat s, which may be
// anything.
func CheckCode(s string) error {
	return asError(badName(s, inCode, 64))
}

// CheckSubject says why s can be neither the subject nor the id of an event: 1 to 128 letters (NFC), digits and
// "._/-:+". It does not repeat s.
func CheckSubject(s string) error {
	return asError(badName(s, inSubject, 128))
}

// CheckSource says why s can be no source: a URI reference (RFC 3986) of 1 to 256 characters. It does not repeat s.
func CheckSource(s string) error {
	return asError(badSource(s))
}

func asError(reason string) error {
	if reason == "" {
		return nil
	}
	return errors.New(reason)
}

// badName returns why s is not 1 to most letters, digits and signs of the class; "" if it is.
func badName(s string, class uint8, most int) string {
	if s == "" {
		return "is empty"
	}
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf || classes[s[i]]&class == 0 {
			return badNameSlowly(s, class, most)
		}
	}
	if len(s) > most {
		return fmt.Sprintf("is longer than %d characters", most)
	}
	return ""
}

func badNameSlowly(s string, class uint8, most int) string {
	for _, r := range s {
		switch {
		case r < utf8.RuneSelf && classes[r]&class != 0:
		case r < utf8.RuneSelf && class == inCode:
			return "may hold letters, digits and . _ / - only, for no field is free text"
		case r < utf8.RuneSelf:
			return "may hold letters, digits and . _ / - : + only"
		case unicode.Is(unicode.M, r):
			return "holds a letter and its mark apart: write composed letters (Unicode NFC)"
		case !unicode.IsLetter(r):
			return "holds a sign that is neither letter nor digit"
		}
	}
	if !norm.NFC.IsNormalString(s) {
		return "is not in Unicode NFC: write composed letters"
	}
	if utf8.RuneCountInString(s) > most {
		return fmt.Sprintf("is longer than %d characters", most)
	}
	return ""
}

// badOfficer returns why s can be no officer's code. A 9- or 12-digit number, however grouped, is an identity number.
func badOfficer(s string) string {
	if reason := badName(s, inCode, 64); reason != "" {
		return reason
	}
	digits, others := 0, 0
	for i := range len(s) {
		switch c := s[i]; {
		case c >= utf8.RuneSelf:
			return "must be ASCII"
		case '0' <= c && c <= '9':
			digits++
		case !strings.ContainsRune("._/-", rune(c)):
			others++
		}
	}
	if others == 0 && (digits == 9 || digits == 12) {
		return "looks like an identity number: send the code of the post, not of the person"
	}
	return ""
}

// badSource returns why s is no URI reference of 1 to 256 characters.
func badSource(s string) string {
	switch {
	case s == "":
		return "is empty"
	case len(s) > 256:
		return "is longer than 256 characters"
	case !inClass(s, inURI):
		return "is no URI reference: percent-encode what RFC 3986 does not allow"
	}
	if _, err := url.Parse(s); err != nil {
		return "is no URI reference (RFC 3986)"
	}
	return ""
}

// badEvidence returns why s is no https address without user, query and fragment: those could name a person or open a door.
func badEvidence(s string) string {
	const reason = "must be an https address without user, query and fragment"
	if len(s) > 512 {
		return "is longer than 512 characters"
	}
	if !inClass(s, inURI) || strings.ContainsAny(s, "?#@") {
		return reason
	}
	u, err := url.Parse(s)
	if err != nil || u.Scheme != "https" || u.Host == "" || u.User != nil {
		return reason
	}
	return ""
}

func inClass(s string, class uint8) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf || classes[s[i]]&class == 0 {
			return false
		}
	}
	return true
}
