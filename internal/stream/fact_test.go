package stream

import (
	"reflect"
	"testing"
	"time"
)

func FuzzFact(f *testing.F) {
	f.Add([]byte("{\"w\":\"w\",\"c\":\"c\",\"k\":\"k\",\"t\":\"2026-11-22T12:00:00Z\"}\nbody\nmore"))
	f.Add([]byte("{}\n"))
	f.Add([]byte("\n"))
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, data []byte) {
		one, err := decode(data)
		if err != nil {
			return
		}
		if _, err := one.At.MarshalJSON(); err != nil {
			return // a year that JSON cannot write
		}
		again, err := one.encode()
		if err != nil {
			t.Fatal(err)
		}
		two, err := decode(again)
		if err != nil || !two.At.Equal(one.At) {
			t.Fatal(err, one.At, two.At)
		}
		one.At, two.At = time.Time{}, time.Time{}
		if !reflect.DeepEqual(one, two) {
			t.Fatalf("%+v\n%+v", one, two)
		}
		if p := one.partition(4); p < 0 || p > 3 || p != two.partition(4) {
			t.Fatal(p)
		}
	})
}
