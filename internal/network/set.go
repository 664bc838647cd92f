package network

import (
	"slices"
	"strings"

	"github.com/kithhq/kith/internal/fault"
)

// Set is the networks of a house, made once by package network/all.
type Set struct {
	drivers map[Name]Driver
	hosts   map[Name]Name   // of guests
	guests  map[Name][]Name // of hosts
}

// NewSet makes a set; a name given twice is a mistake of ours and panics.
func NewSet(drivers ...Driver) *Set {
	s := &Set{drivers: map[Name]Driver{}, hosts: map[Name]Name{}, guests: map[Name][]Name{}}
	for _, d := range drivers {
		if _, twice := s.drivers[d.Name()]; twice {
			panic("network " + string(d.Name()) + " twice")
		}
		s.drivers[d.Name()] = d
		if host := d.Profile().Host; host != "" {
			s.hosts[d.Name()] = host
			s.guests[host] = append(s.guests[host], d.Name())
		}
	}
	return s
}

// Get gives a driver by its name, or NotFound.
func (s *Set) Get(name Name) (Driver, error) {
	if d, ok := s.drivers[name]; ok {
		return d, nil
	}
	return nil, fault.New(fault.NotFound, "Kith does not know the network “%s”.", name)
}

// Guests gives the networks that use the app and the address of another one.
func (s *Set) Guests(host Name) []Name { return s.guests[host] }

// Host gives the network whose app and address serve a network: mostly itself.
func (s *Set) Host(name Name) Name {
	if host, guest := s.hosts[name]; guest {
		return host
	}
	return name
}

// All gives the drivers in the order of their names.
func (s *Set) All() []Driver {
	all := make([]Driver, 0, len(s.drivers))
	for _, d := range s.drivers {
		all = append(all, d)
	}
	slices.SortFunc(all, func(a, b Driver) int { return strings.Compare(string(a.Name()), string(b.Name())) })
	return all
}

// As gives a capability of a network, or an Invalid error that says why the
// network cannot do that and what to do instead.
func As[T any](s *Set, name Name, action Action) (T, error) {
	var none T
	d, err := s.Get(name)
	if err != nil {
		return none, err
	}
	p := d.Profile()
	if can, ok := d.(T); ok {
		if _, no := p.Cannot[action]; !no && !slices.Contains(p.Later, action) {
			return can, nil
		}
	}
	why := p.Why(action)
	if why.Why == "" {
		why.Why = p.Label + " cannot do that."
	}
	return none, fault.New(fault.Invalid, "%s", why.Why).WithHint("%s", why.Instead)
}

// Why says why something is impossible, or not possible yet, and what to do instead.
func (p Profile) Why(action Action) Cannot {
	if slices.Contains(p.Later, action) {
		return Cannot{Why: "Kith cannot do that on " + p.Label + " yet.", Instead: "Do it on the network itself."}
	}
	return p.Cannot[action]
}

// Names gives the names of the networks in their order.
func (s *Set) Names() []Name {
	var names []Name
	for _, d := range s.All() {
		names = append(names, d.Name())
	}
	return names
}

// Sane says what no network's limits may be, once what was said in the place of
// our facts is among them.
func (s *Set) Sane() error {
	for _, d := range s.All() {
		if err := d.Profile().Limits.sane(); err != nil {
			return wrongMechanics(d.Name(), err).WithHint("Mend the number in the file of --mechanics, or take it out.")
		}
	}
	return nil
}
