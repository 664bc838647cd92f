package x

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"time"
)

// What X takes for what was read, by the words of its page of prices: each resource of an answer once in a day (UTC) for the whole app. What
// comes beside what was asked for is taken, too: the page says "per resource returned in the response". The account itself and where an
// upload stands are free.
const (
	billedPost      = "Posts: Read"
	billedOwned     = "Owned reads"
	billedUser      = "User: Read"
	billedMessage   = "DM Event: Read"
	billedAnalytics = "Analytics: Read"
)

type ledger struct {
	day  string
	seen map[string]bool
	sums map[string]int
}

func (l *ledger) take(word, id string, now time.Time) {
	if day := now.UTC().Format(time.DateOnly); l.day != day || l.seen == nil {
		l.day, l.seen = day, map[string]bool{}
	}
	if l.sums == nil {
		l.sums = map[string]int{}
	}
	if key := word + id; id != "" && !l.seen[key] {
		l.seen[key] = true
		l.sums[word]++
	}
}

// charge looks at an answer line by line: what a line is, its fields say.
func (n *Network) charge(a *ask, value any) {
	path := a.URL.Path
	if a.Method != "GET" || path == "/2/users/me" || strings.HasPrefix(path, "/2/media") || strings.HasPrefix(path, "/2/usage") || strings.HasPrefix(path, "/2/webhooks") || strings.HasPrefix(path, "/2/activity") ||
		strings.HasPrefix(path, "/2/communities") { // no price is named for them
		return
	}
	var got struct {
		Data     json.RawMessage              `json:"data"`
		Includes map[string][]json.RawMessage `json:"includes"`
	}
	body, err := json.Marshal(value)
	if err != nil || json.Unmarshal(body, &got) != nil {
		return
	}
	var lines []json.RawMessage
	if json.Unmarshal(got.Data, &lines) != nil {
		lines = []json.RawMessage{got.Data}
	}
	for _, kind := range []string{"users", "posts", "tweets"} {
		lines = append(lines, got.Includes[kind]...)
	}
	for _, line := range lines {
		var one struct {
			ID       string `json:"id"`
			Username string `json:"username"`
			Event    string `json:"event_type"`
		}
		if json.Unmarshal(line, &one) != nil {
			continue
		}
		id, _ := strconv.ParseInt(one.ID, 10, 64)
		switch {
		case strings.HasSuffix(path, "/analytics"):
			n.bill.take(billedAnalytics, one.ID, a.now)
		case one.Username != "":
			n.bill.take(billedUser, one.ID, a.now)
		case one.Event != "":
			n.bill.take(billedMessage, one.ID, a.now)
		case n.posts[id] != nil && n.posts[id].author == a.me:
			n.bill.take(billedOwned, one.ID, a.now)
		default:
			n.bill.take(billedPost, one.ID, a.now)
		}
	}
}

// Billed gives how many of each sort were charged until now.
func (n *Network) Billed() map[string]int {
	n.mu.Lock()
	defer n.mu.Unlock()
	all := map[string]int{}
	for word, k := range n.bill.sums {
		all[word] = k
	}
	return all
}

// free are the events that are played and that its page of event prices calls "not billed".
func free() []string { return []string{"post.delete", "dm.sent"} }

// chargeEvent takes for an event that was delivered, by its name, once for each event in a day.
func (n *Network) chargeEvent(body []byte) {
	var got struct {
		Data struct {
			Kind string `json:"event_type"`
			ID   string `json:"event_uuid"`
		} `json:"data"`
	}
	if json.Unmarshal(body, &got) != nil || slices.Contains(free(), got.Data.Kind) {
		return
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	n.bill.take(got.Data.Kind, got.Data.ID, n.stage.Clock.Now())
}
