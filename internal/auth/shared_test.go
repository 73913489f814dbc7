package auth

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
)

// TestSharedFolder: of two processes on one folder each knows what the other makes and revokes, and neither undoes the other's.
func TestSharedFolder(t *testing.T) {
	dir := t.TempDir()
	a, b := openShop(t, dir), openShop(t, dir)
	first := a.make(t, Terms{Name: "first", Scopes: []Scope{ScopeIngest}})
	if _, err := b.check(first); !errors.Is(err, ErrWrong) {
		t.Errorf("before it looked: %v", err)
	}
	refresh := func(s *shop) {
		t.Helper()
		if err := s.Refresh(); err != nil {
			t.Fatal(err)
		}
	}
	refresh(b)
	before, err := b.check(first)
	if err != nil {
		t.Fatal(err)
	}
	second := b.make(t, Terms{Name: "second", Scopes: []Scope{ScopeRead}})
	third := a.make(t, Terms{Name: "third", Scopes: []Scope{ScopeRead}}) // who makes one looks first
	refresh(b)
	for _, s := range []*shop{a, b} {
		for _, secret := range []string{first, second, third} {
			if _, err := s.check(secret); err != nil {
				t.Error(err)
			}
		}
	}
	if after, _ := b.check(first); after.Allowance == nil || after.Allowance != before.Allowance {
		t.Error("a token that stayed as it was got a new allowance")
	}
	if err := b.Revoke(Token{}, "third"); err != nil {
		t.Fatal(err)
	}
	refresh(a)
	if _, err := a.check(third); !errors.Is(err, ErrRevoked) {
		t.Errorf("revoked elsewhere: %v", err)
	}
	// What can't be read leaves what is known.
	if err := os.WriteFile(filepath.Join(dir, TokensFile), []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := a.Refresh(); err == nil {
		t.Error("nonsense was read")
	}
	if _, err := a.check(first); err != nil {
		t.Errorf("after nonsense: %v", err)
	}
}
