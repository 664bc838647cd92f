package pinterest

import (
	"crypto/sha256"
	"sync"
	"time"
)

// writes remembers which keys were seen to may write, and when. It is a saving and
// no knowledge: after a restart Pinterest is asked once more.
type writes struct {
	mu sync.Mutex
	at map[[sha256.Size]byte]time.Time // by the hash of a key, which stays where it is
}

const mostWrites = 4096 // keys that were renewed are never asked for again

func (w *writes) believed(key string, now time.Time) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	at, known := w.at[sha256.Sum256([]byte(key))]
	return known && now.Sub(at) < again
}

func (w *writes) seen(key string, now time.Time) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.at == nil || len(w.at) >= mostWrites {
		w.at = map[[sha256.Size]byte]time.Time{}
	}
	w.at[sha256.Sum256([]byte(key))] = now
}

func (w *writes) forget(key string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	delete(w.at, sha256.Sum256([]byte(key)))
}
