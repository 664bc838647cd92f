package stream_test

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/kithhq/kith/internal/store/storetest"
	"github.com/kithhq/kith/internal/stream"
)

// BenchmarkAppend is 64 callers at once, each with so many facts of 500 bytes.
func BenchmarkAppend(b *testing.B) {
	for _, each := range []int{1, 8, 50} {
		b.Run(fmt.Sprint("each=", each), func(b *testing.B) {
			s := open(b, b.TempDir())
			var next atomic.Int64
			var wait sync.WaitGroup
			b.ResetTimer()
			for c := range 64 {
				wait.Go(func() {
					for {
						n := next.Add(int64(each))
						if n > int64(b.N) {
							return
						}
						facts := make([]stream.Fact, each)
						for i := range facts {
							facts[i] = fact(fmt.Sprint(c), int(n)+i)
							facts[i].Body = make([]byte, 500)
						}
						if err := s.Append(b.Context(), facts); err != nil {
							b.Error(err)
							return
						}
					}
				})
			}
			wait.Wait()
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "facts/s")
		})
	}
}

// BenchmarkApply reads what is there, into SQLite.
func BenchmarkApply(b *testing.B) {
	db := storetest.SQLite(b)
	defer db.Close()
	table(b, db)
	s := open(b, b.TempDir())
	var facts []stream.Fact
	for n := range b.N {
		f := fact(fmt.Sprint(n%1000), n)
		f.Body = make([]byte, 0, 500)
		facts = append(facts, f)
	}
	if err := s.Append(b.Context(), facts); err != nil {
		b.Fatal(err)
	}
	b.ResetTimer()
	defer run(b, s, db, record)()
	settled(b, s, db)
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "facts/s")
}

// BenchmarkOpen is a start with 100,000 facts of 1 KiB.
func BenchmarkOpen(b *testing.B) {
	dir := b.TempDir()
	s := open(b, dir)
	for n := range 200 {
		facts := make([]stream.Fact, 500)
		for i := range facts {
			facts[i] = fact(fmt.Sprint(i), n)
			facts[i].Body = make([]byte, 1000)
		}
		if err := s.Append(b.Context(), facts); err != nil {
			b.Fatal(err)
		}
	}
	s.Close()
	b.ResetTimer()
	var opening time.Duration
	for b.Loop() {
		began := time.Now()
		s := open(b, dir)
		opening += time.Since(began)
		s.Close()
	}
	b.ReportMetric(float64(opening.Microseconds())/float64(b.N)/1000, "ms/open")
}
