package x

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"strings"
	"time"

	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/text"
)

// What X takes money for when it is read, as prices in facts.json name it.
const (
	readPost    = "read_post"
	readOwn     = "read_own_post"
	readPerson  = "read_person"
	readMessage = "read_message"
	readFigures = "read_figures"
)

// lookup is where people are found by their names.
const lookup = "/2/users/by"

// pay counts what an answer to a question brought: X takes money for each thing that it
// gives, also for what comes beside what was asked for, once a day for the whole app.
// Posts that name no author are of the one that is given.
func pay(ctx context.Context, conn network.Conn, path, author string, answer []byte, at time.Time) error {
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
	if conn.Purse.Pay == nil || what == "" || json.Unmarshal(answer, &got) != nil {
		return nil //nolint:nilerr // whoever reads the answer says that it is none
	}
	var main []thing
	if json.Unmarshal(got.Data, &main) != nil {
		var one thing
		if json.Unmarshal(got.Data, &one) == nil {
			main = []thing{one}
		}
	}
	var bought []network.Purchase
	take := func(what string, all []thing) {
		for _, one := range all {
			price := what
			if path == lookup {
				price = network.ForTag
			}
			if what == readPost && cmp.Or(one.Author, author) == conn.Account {
				price = readOwn
			}
			if one.ID != "" {
				bought = append(bought, network.Purchase{What: what, ID: one.ID, Price: price})
			}
		}
	}
	take(what, main)
	take(readPerson, got.Includes.Users)
	take(readPost, got.Includes.Posts)
	take(readPost, got.Includes.Tweets)
	if len(bought) == 0 {
		return nil
	}
	return conn.Purse.Pay(ctx, at, bought)
}

// sold is what the lines of an answer are; "": X takes nothing for them.
func sold(path string) string {
	switch {
	case strings.HasPrefix(path, "/2/dm_"):
		return readMessage
	case strings.HasSuffix(path, "/liking_users"), strings.HasSuffix(path, "/followers"), path == lookup:
		return readPerson
	case path == "/2/tweets/analytics":
		return readFigures
	case strings.HasPrefix(path, "/2/tweets"), strings.HasPrefix(path, "/2/users/"):
		return readPost
	}
	return ""
}

// eventPrices are what X takes money for when it tells it by itself, by the names of its events; of
// others that we ask for it takes none.
func eventPrices() map[string]string {
	const aPost, aFollow = "event_post", "event_follow"
	return map[string]string{"post.create": aPost, "post.mention.create": aPost, "post.reply.create": aPost, "post.quote.create": aPost, "post.repost.create": aPost,
		"like.create": "event_like", "follow.follow": aFollow, "follow.unfollow": aFollow, "dm.received": "event_message"}
}

// charge is what an event costs, as a fact. X names each event; what comes without a name
// is known by what it tells.
func (h hook) charge(account string, facts []network.Raw) (network.Raw, bool) {
	price, paid := eventPrices()[h.Data.Kind]
	if !paid {
		return network.Raw{}, false
	}
	id := h.Data.UUID
	switch {
	case uuid.MatchString(id):
	case len(facts) > 0:
		id = strings.ReplaceAll(facts[0].Key, " ", "-")
	default:
		digest := sha256.Sum256(h.Data.Payload)
		id = hex.EncodeToString(digest[:16])
	}
	return body{Due: &due{Event: h.Data.Kind + " " + id, Price: price}}.raw(account, account, "charged "+h.Data.Kind+" "+id, time.Time{}), true
}

// uuid is how X names its events: numbers, which may be negative, and what others call so.
var uuid = text.OnlyOf("0-9A-Fa-f-", 1, 40) //nolint:gochecknoglobals // a table
