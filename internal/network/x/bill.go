package x

import (
	"cmp"
	"encoding/json"
	"strings"
	"sync"
	"time"

	"github.com/kithhq/kith/internal/network"
)

// What X takes money for when it is read, as prices in facts.json name it.
const (
	readPost    = "read_post"
	readOwn     = "read_own_post"
	readPerson  = "read_person"
	readMessage = "read_message"
	readFigures = "read_figures"
)

// bill remembers what was read on a day (UTC): X takes money for it once, whichever
// channel of the app asks again. What a process that dies had in it is counted a second
// time: rather too much is told than too little.
type bill struct {
	mu   sync.Mutex
	day  string
	seen map[string]struct{}
}

// billMost bounds what is remembered.
const billMost = 1 << 20

// fresh says whether something was not read on that day yet.
func (b *bill) fresh(what, id string, now time.Time) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if day := now.UTC().Format(time.DateOnly); b.seen == nil || day != b.day || len(b.seen) >= billMost {
		b.day, b.seen = day, map[string]struct{}{}
	}
	key := what + " " + id
	_, there := b.seen[key]
	b.seen[key] = struct{}{}
	return !there
}

// read counts what an answer to a question brought: X takes money for each thing that it
// gives, also for what comes beside what was asked for. Posts that name no author are of
// the one that is given.
func (b *bill) read(conn network.Conn, path, author string, answer []byte, now time.Time) {
	type thing struct {
		ID     string `json:"id"`
		Author string `json:"author_id"`
	}
	var got struct {
		Data     json.RawMessage `json:"data"`
		Includes struct {
			Users  []thing `json:"users"`
			Posts  []thing `json:"posts"`
			Tweets []thing `json:"tweets"`
		} `json:"includes"`
	}
	what := sold(path)
	if conn.Meter == nil || what == "" || json.Unmarshal(answer, &got) != nil {
		return
	}
	var main []thing
	if json.Unmarshal(got.Data, &main) != nil {
		var one thing
		if json.Unmarshal(got.Data, &one) != nil {
			return
		}
		main = []thing{one}
	}
	counts := map[string]int{}
	take := func(what string, all []thing) {
		for _, one := range all {
			name := what
			if what == readPost && cmp.Or(one.Author, author) == conn.Account {
				name = readOwn
			}
			if one.ID != "" && b.fresh(what, one.ID, now) {
				counts[name]++
			}
		}
	}
	take(what, main)
	take(readPerson, got.Includes.Users)
	take(readPost, got.Includes.Posts)
	take(readPost, got.Includes.Tweets)
	for _, name := range []string{readPost, readOwn, readPerson, readMessage, readFigures} {
		conn.Meter.Take(name, counts[name])
	}
}

// sold is what the lines of an answer are; "": X takes nothing for them.
func sold(path string) string {
	switch {
	case strings.HasPrefix(path, "/2/dm_"):
		return readMessage
	case strings.HasSuffix(path, "/liking_users"), strings.HasSuffix(path, "/followers"):
		return readPerson
	case path == "/2/tweets/analytics":
		return readFigures
	case strings.HasPrefix(path, "/2/tweets"), strings.HasPrefix(path, "/2/users/"):
		return readPost
	}
	return ""
}
