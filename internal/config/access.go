package config

import (
	"fmt"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"time"
)

// Duration is a span of time, at least a second.
type Duration time.Duration

// String writes d without parts that are nothing: 2h, 1h30m.
func (d Duration) String() string {
	text := time.Duration(d).String()
	if strings.HasSuffix(text, "m0s") {
		text = strings.TrimSuffix(text, "0s")
	}
	if strings.HasSuffix(text, "h0m") {
		text = strings.TrimSuffix(text, "0m")
	}
	return text
}

// MarshalText is String.
func (d Duration) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads 90s, 15m, 2h.
func (d *Duration) UnmarshalText(text []byte) error {
	span, err := time.ParseDuration(string(text))
	if err != nil || span < time.Second || span > 366*24*time.Hour {
		return fmt.Errorf("%q is no span of time up to a year; write a number and a unit, such as 15m or 12h", text)
	}
	*d = Duration(span)
	return nil
}

// ReturnPath is where people come back to from the provider of logins.
const ReturnPath = "/login/return"

// roles are those that a person can have here.
var roles = []string{"leader", "inspector", "agency", "operator", "assessor", "publisher", "clerk"}

// validateAccess checks the settings of who gets in.
func (c *Config) validateAccess() error {
	if (c.TLS.Cert == "") != (c.TLS.Key == "") {
		return fmt.Errorf("tls.cert and tls.key: one is set and the other is not; set both, or neither for plain HTTP")
	}
	for _, text := range c.Proxies {
		if _, err := prefix(text); err != nil {
			return fmt.Errorf("proxies: %q is neither an address nor a network; write one such as 10.0.0.7 or 10.0.0.0/24", text)
		}
	}
	if c.Session.Idle > c.Session.End {
		return fmt.Errorf("session.idle: %s is longer than session.end, %s; give it that or less", c.Session.Idle, c.Session.End)
	}
	for _, text := range c.OIDC.Roles {
		if value, role := splitRole(text); value == "" || !slices.Contains(roles, role) {
			return fmt.Errorf("oidc.roles: %q is not what a value means; write value=role, with one of the roles %s", text, strings.Join(roles, ", "))
		}
	}
	if c.Auth.Read != "oidc" {
		return nil
	}
	return c.OIDC.validate()
}

// validate checks what is needed to log in with a provider.
func (o *OIDC) validate() error {
	for _, needed := range []struct{ key, value string }{{"client", o.Client}, {"name", o.Name}, {"role", o.Role}} {
		if needed.value == "" {
			return fmt.Errorf("oidc.%s: it is empty; auth.read: oidc needs it", needed.key)
		}
	}
	if len(o.Roles) == 0 {
		return fmt.Errorf("oidc.roles: it is empty, so nobody could log in; write what values of the claim %s mean, as value=role", o.Role)
	}
	if !private(o.Issuer) {
		return fmt.Errorf("oidc.issuer: %q is no address that begins with https://; write what the provider calls its issuer", o.Issuer)
	}
	if back, err := url.Parse(o.Redirect); !private(o.Redirect) || err != nil || back.Path != ReturnPath || back.RawQuery != "" {
		return fmt.Errorf("oidc.redirect: %q won't do; write this server's address as people reach it, such as https://tiendo.haiphong.gov.vn%s", o.Redirect, ReturnPath)
	}
	return nil
}

// private says whether an address is one over TLS, or on this machine.
func private(address string) bool {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.User != nil || u.Fragment != "" {
		return false
	}
	ip, err := netip.ParseAddr(u.Hostname())
	own := u.Hostname() == "localhost" || err == nil && ip.IsLoopback()
	return u.Scheme == "https" || u.Scheme == "http" && own
}

// splitRole splits value=role. The value may hold a = itself.
func splitRole(text string) (value, role string) {
	at := strings.LastIndexByte(text, '=')
	if at < 0 {
		return "", ""
	}
	return text[:at], text[at+1:]
}

// RolesOf are the roles that each value of the provider's claim stands for.
func (o *OIDC) RolesOf() map[string][]string {
	all := make(map[string][]string)
	for _, text := range o.Roles {
		value, role := splitRole(text)
		all[value] = append(all[value], role)
	}
	return all
}

func prefix(text string) (netip.Prefix, error) {
	if address, err := netip.ParseAddr(text); err == nil {
		return address.Prefix(address.BitLen())
	}
	p, err := netip.ParsePrefix(text)
	return p.Masked(), err
}

// ProxyNetworks are the proxies. It panics on a Config that was not validated.
func (c *Config) ProxyNetworks() []netip.Prefix {
	var all []netip.Prefix
	for _, text := range c.Proxies {
		p, err := prefix(text)
		if err != nil {
			panic("BUG: config: proxies of a config that was not validated: " + err.Error())
		}
		all = append(all, p)
	}
	return all
}
