package outward

import (
	"errors"
	"net"
	"net/netip"
	"strings"
	"syscall"

	"github.com/kithhq/kith/internal/fault"
)

var errGuard = errors.New("the address is not a public one")

// closed are the ranges of IPv4 that are not the public internet, from the
// registry of special-purpose addresses.
func closed() []netip.Prefix {
	var all []netip.Prefix
	for _, p := range strings.Fields(`0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12
		192.0.0.0/24 192.0.2.0/24 192.88.99.0/24 192.168.0.0/16 198.18.0.0/15 198.51.100.0/24 203.0.113.0/24
		224.0.0.0/4 240.0.0.0/4
		2001::/23 2001:db8::/32 2002::/16 3fff::/20`) {
		all = append(all, netip.MustParsePrefix(p))
	}
	return all
}

// guard says which addresses may be spoken to.
type guard struct {
	closed []netip.Prefix // never, unless opened
	global netip.Prefix   // of IPv6 only what is given out as global unicast
	nat64  netip.Prefix   // IPv4 inside IPv6: judged by what is inside
	opened []netip.Prefix
	hosts  map[string]bool // host, or host:port
}

func newGuard(allow []string) (*guard, error) {
	g := &guard{
		closed: closed(),
		global: netip.MustParsePrefix("2000::/3"),
		nat64:  netip.MustParsePrefix("64:ff9b::/96"),
		hosts:  map[string]bool{},
	}
	for _, entry := range allow {
		entry = strings.ToLower(strings.TrimSpace(entry))
		if strings.Contains(entry, "/") {
			p, err := netip.ParsePrefix(entry)
			if err != nil {
				return nil, fault.New(fault.Invalid, "%q is not a range of addresses.", entry).
					WithHint("A range looks like 10.0.0.0/8; a host like mastodon.lan or localhost:8080.")
			}
			g.opened = append(g.opened, p.Masked())
			continue
		}
		if entry == "" {
			continue
		}
		g.hosts[normal(entry)] = true
	}
	return g, nil
}

// normal is the form in which hosts are compared: lower case, no final dot, no
// brackets around an address without a port.
func normal(host string) string {
	name, port, err := net.SplitHostPort(host)
	if err != nil {
		return strings.TrimSuffix(strings.Trim(strings.ToLower(host), "[]"), ".")
	}
	return net.JoinHostPort(strings.TrimSuffix(strings.ToLower(name), "."), port)
}

// exempt says whether a host:port was named by the operator.
func (g *guard) exempt(hostport string) bool {
	hostport = normal(hostport)
	host, _, err := net.SplitHostPort(hostport)
	if err != nil {
		host = hostport
	}
	if g.hosts[hostport] || g.hosts[host] {
		return true
	}
	a, err := netip.ParseAddr(host)
	return err == nil && g.open(a)
}

func (g *guard) open(a netip.Addr) bool {
	a = a.Unmap()
	for _, p := range g.opened {
		if p.Contains(a) {
			return true
		}
	}
	return false
}

// public says whether an address belongs to the public internet.
func (g *guard) public(a netip.Addr) bool {
	if !a.IsValid() || a.Zone() != "" {
		return false
	}
	a = a.Unmap()
	if g.nat64.Contains(a) {
		b := a.As16()
		a = netip.AddrFrom4([4]byte(b[12:]))
	}
	if a.Is6() && !g.global.Contains(a) {
		return false
	}
	for _, p := range g.closed {
		if p.Contains(a) {
			return false
		}
	}
	return true
}

// control is asked by the dialer with the address that is really dialled.
func (g *guard) control(_, address string, _ syscall.RawConn) error {
	ap, err := netip.ParseAddrPort(address)
	if err != nil || (!g.public(ap.Addr()) && !g.open(ap.Addr())) {
		return errGuard
	}
	return nil
}
