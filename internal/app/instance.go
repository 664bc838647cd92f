package app

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"os"
	"path/filepath"

	"github.com/kithhq/kith/internal/fault"
)

// A running house proves which one it is: it answers a word with its sum under a secret
// that only its data folder holds, and that is another one at each start, so that a copy
// of the folder is not taken for it.
const (
	instanceFile = "instance"
	challenge    = "challenge"   // the word, in a query
	reply        = "Kith-Answer" // its sum, in the header
)

// newInstance makes the secret of a house that starts.
func newInstance(data string) ([]byte, error) {
	key := make([]byte, 32)
	_, _ = rand.Read(key) // it ends the program rather than fail
	next := filepath.Join(data, instanceFile+".next")
	err := os.WriteFile(next, key, 0o600)
	if err == nil {
		err = os.Rename(next, filepath.Join(data, instanceFile))
	}
	if err != nil {
		return nil, fault.Wrap(fault.Unavailable, err, "The data folder cannot be written to.").WithHint("Make it, let this user write to it, and look whether its disk is full.")
	}
	return key, nil
}

// sum is what the house of a secret says to a word; nothing to what is none.
func sum(key []byte, word string) string {
	if word == "" || len(word) > 100 {
		return ""
	}
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte("kith doctor\x00" + word))
	return hex.EncodeToString(mac.Sum(nil))
}

// hasSaid says whether the house that runs on a data folder has answered a word.
func hasSaid(data, word, answer string) bool {
	key, err := os.ReadFile(filepath.Join(data, instanceFile)) //nolint:gosec // the operator names it
	return err == nil && answer != "" && hmac.Equal([]byte(sum(key, word)), []byte(answer))
}
