package port_test

import (
	"net"
	"sync"
	"testing"

	"github.com/kithhq/kith/internal/leaktest"
	"github.com/kithhq/kith/test/port"
)

func TestMain(m *testing.M) { leaktest.Main(m.Run) }

// What is given can be listened on while everything else that asks for any port goes on.
func TestAPortIsGivenOnceAndStaysFree(t *testing.T) {
	var mu sync.Mutex
	var all sync.WaitGroup
	given := map[string]bool{}
	for range 20 {
		all.Go(func() {
			address, err := port.Free(t.Context())
			if err != nil {
				t.Error(err)
				return
			}
			for range 20 { // others take any
				l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
				if err != nil {
					t.Error(err)
					return
				}
				defer l.Close()
			}
			l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", address)
			if err != nil {
				t.Error(err)
				return
			}
			defer l.Close()
			mu.Lock()
			defer mu.Unlock()
			if given[address] {
				t.Errorf("%s twice", address)
			}
			given[address] = true
		})
	}
	all.Wait()
}
