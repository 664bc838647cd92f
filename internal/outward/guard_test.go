package outward

import (
	"net/netip"
	"testing"
)

func TestOnlyPublicAddressesAreReached(t *testing.T) {
	g, err := newGuard([]string{"10.1.0.0/16", "Mastodon.LAN.", "localhost:8080", "[::1]:99", "fd00::/8"})
	if err != nil {
		t.Fatal(err)
	}
	for address, want := range map[string]bool{
		"1.1.1.1:443": true, "[2606:4700::1111]:443": true, "[2001:4860:4860::8888]:443": true, "[64:ff9b::1.1.1.1]:80": true,
		"127.0.0.1:80": false, "10.2.0.1:80": false, "10.1.2.3:80": true, "169.254.169.254:80": false, "100.64.0.1:80": false,
		"192.168.1.1:80": false, "172.16.0.1:80": false, "172.32.0.1:80": true, "0.0.0.0:80": false, "224.0.0.1:80": false,
		"255.255.255.255:80": false, "198.18.0.1:80": false, "192.0.2.1:80": false, "[::1]:80": false, "[::]:80": false,
		"[::ffff:10.2.0.1]:80": false, "[::ffff:127.0.0.1]:80": false, "[::127.0.0.1]:80": false, "[fe80::1%eth0]:80": false,
		"[fe80::1]:80": false, "[fc00::1]:80": false, "[fd00::1]:80": true, "[ff02::1]:80": false, "[64:ff9b::10.2.0.1]:80": false,
		"[64:ff9b:1::1]:80": false, "[2002:7f00:1::]:80": false, "[2001::1]:80": false, "[2001:db8::1]:80": false, "[3fff::1]:80": false,
		"[fec0::1]:80": false, "[100::1]:80": false, "nonsense": false, "": false, "host:80": false,
	} {
		if got := g.control("tcp", address, nil) == nil; got != want {
			t.Errorf("%s: %v", address, got)
		}
	}
	for host, want := range map[string]bool{
		"mastodon.lan:443": true, "MASTODON.lan.:80": true, "mastodon.lan": true, "evil.mastodon.lan:443": false,
		"localhost:8080": true, "localhost:8081": false, "localhost": false, "[::1]:99": true, "[::1]:98": false,
		"10.1.0.1:80": true, "10.2.0.1:80": false,
	} {
		if got := g.exempt(host); got != want {
			t.Errorf("%s: %v", host, got)
		}
	}
	if _, err := newGuard([]string{"10.0.0/8"}); err == nil {
		t.Error("a broken range was taken")
	}
}

func FuzzTheGuard(f *testing.F) {
	for _, s := range []string{"127.0.0.1:80", "[::ffff:10.0.0.1]:1", "[64:ff9b::7f00:1]:443", "[fe80::1%x]:0", "1.1.1.1:1"} {
		f.Add(s)
	}
	g, err := newGuard(nil)
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, s string) {
		ok := g.control("tcp", s, nil) == nil
		ap, err := netip.ParseAddrPort(s)
		if err != nil {
			if ok {
				t.Fatalf("%q is no address and was let through", s)
			}
			return
		}
		a := ap.Addr()
		u := a.Unmap()
		if ok && (u.IsPrivate() || u.IsLoopback() || u.IsLinkLocalUnicast() || u.IsMulticast() || u.IsUnspecified() || !u.IsGlobalUnicast()) {
			t.Fatalf("%q was let through", s)
		}
		if !u.Is4() {
			return
		}
		// Whatever is said about an IPv4 address is said about its disguises.
		four := u.As4()
		for _, prefix := range []string{"::ffff:0:0", "64:ff9b::"} {
			six := netip.MustParseAddr(prefix).As16()
			copy(six[12:], four[:])
			if g.public(netip.AddrFrom16(six)) != g.public(u) {
				t.Fatalf("%q differs from its form under %s", s, prefix)
			}
		}
		six := netip.MustParseAddr("2002::").As16()
		copy(six[2:], four[:])
		if g.public(netip.AddrFrom16(six)) {
			t.Fatalf("%q passes as 6to4", s)
		}
	})
}
