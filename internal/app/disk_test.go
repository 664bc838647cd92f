package app

import "testing"

func TestADiskIsLowAndFullByItsSize(t *testing.T) {
	const mb, gb = 1 << 20, 1 << 30
	for name, c := range map[string]struct {
		disk      disk
		low, full bool
	}{
		"the machine does not say":   {disk{}, false, false},
		"half empty":                 {disk{free: 250 * gb, total: 500 * gb}, false, false},
		"one gigabyte of a large":    {disk{free: 1 * gb, total: 500 * gb}, true, false},
		"one gigabyte of a small":    {disk{free: 1 * gb, total: 8 * gb}, false, false},
		"next to nothing":            {disk{free: 50 * mb, total: 500 * gb}, true, true},
		"nothing":                    {disk{total: 500 * gb}, true, true},
		"no more files can be made":  {disk{free: 250 * gb, total: 500 * gb, files: 10, bounded: true}, false, true},
		"any number of files can be": {disk{free: 250 * gb, total: 500 * gb}, false, false},
	} {
		if c.disk.low() != c.low || c.disk.full() != c.full || (c.disk.err() != nil) != c.full {
			t.Errorf("%s: low %v, full %v, %v", name, c.disk.low(), c.disk.full(), c.disk.err())
		}
	}
}
