package bluesky

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/kithhq/kith/internal/sandbox"
	"github.com/rivo/uniseg"
)

// actor is how people act here. They write records as any client would, only without the wire.
type actor struct{ n *Network }

var (
	_ sandbox.Actor     = actor{}
	_ sandbox.Editor    = actor{}
	_ sandbox.Mentioner = actor{}
)

var (
	errNobody  = errors.New("no such account")
	errNothing = errors.New("nothing to answer to")
	errGate    = errors.New("the gate of this post does not let them")
)

// account answers a person's account, made when they first act.
func (c actor) account(p sandbox.Person) *account {
	handle := c.n.Handle(p)
	if a := c.n.handles[handle]; a != nil {
		return a
	}
	a := c.n.newAccount(handle, p.Name, "password of "+handle)
	a.person = &p
	return a
}

func (c actor) Posts(account string) []sandbox.Post {
	c.n.mu.Lock()
	defer c.n.mu.Unlock()
	posts := []sandbox.Post{}
	a, now := c.n.find(account), c.n.stage.Clock.Now()
	if a == nil {
		return posts
	}
	for i := len(a.posts) - 1; i >= 0; i-- {
		r := a.posts[i]
		if parent, _ := replyOf(r); r.collection == "app.bsky.feed.post" && parent == "" && !r.listed.After(now) {
			posts = append(posts, sandbox.Post{ID: r.uri, Account: a.did, Text: r.text(), At: r.indexed})
		}
	}
	return posts
}

// Comment replies to target, or to our newest post; where there is none, the person mentions us in a post of their own.
func (c actor) Comment(p sandbox.Person, account, target, text string) (string, error) {
	if target == "" {
		if posts := c.Posts(account); len(posts) > 0 {
			target = posts[0].ID
		}
	}
	c.n.mu.Lock()
	defer c.n.mu.Unlock()
	us := c.n.find(account)
	if us == nil {
		return "", errNobody
	}
	who := c.account(p)
	if us.blocks[who.did] != "" {
		return "", sandbox.ErrBlocked
	}
	value := object{"langs": []any{p.Lang}}
	if target == "" {
		value["facets"] = []any{mentionFacet(len(us.handle)+1, us.did)}
		text = "@" + us.handle + " " + text
	} else {
		reply, err := c.reply(target, who)
		if err != nil {
			return "", err
		}
		value["reply"] = reply
	}
	value["text"] = shorten(text)
	return c.write(who, "app.bsky.feed.post", value).uri, nil
}

func mentionFacet(end int, did string) object {
	return object{"index": object{"byteStart": 0, "byteEnd": end},
		"features": []any{object{"$type": "app.bsky.richtext.facet#mention", "did": did}}}
}

func (c actor) reply(target string, who *account) (object, error) {
	parent := c.n.records[target]
	if parent == nil {
		return nil, errNothing
	}
	root := parent
	if _, uri := replyOf(parent); c.n.records[uri] != nil {
		root = c.n.records[uri]
	}
	if !c.n.mayAnswer(root, who) {
		return nil, errGate
	}
	return object{"root": root.ref(), "parent": parent.ref()}, nil
}

// shorten keeps a text within what a post holds, as somebody writing would.
func shorten(text string) string {
	for uniseg.GraphemeClusterCount(text) > 300 {
		runes := []rune(text)
		text = string(runes[:len(runes)*3/4])
	}
	return text
}

func (c actor) write(who *account, collection string, value object) *record {
	now := c.n.stage.Clock.Now()
	value["$type"], value["createdAt"] = collection, stamp(now)
	r := c.n.keep(who, collection, c.n.tid(), value, now, now)
	c.n.commit(who)
	return r
}

func (c actor) React(p sandbox.Person, account, target, kind string) error {
	collection := "app.bsky.feed.like"
	switch strings.ToLower(kind) {
	case "", "like", "love", "favourite":
	case "repost", "reblog", "share":
		collection = "app.bsky.feed.repost"
	default:
		return fmt.Errorf("%w: react with %s", sandbox.ErrCannot, kind)
	}
	if target == "" {
		if posts := c.Posts(account); len(posts) > 0 {
			target = posts[0].ID
		}
	}
	c.n.mu.Lock()
	defer c.n.mu.Unlock()
	post := c.n.records[target]
	if post == nil {
		return errNothing
	}
	who := c.account(p)
	if c.n.accounts[post.did].blocks[who.did] != "" {
		return sandbox.ErrBlocked
	}
	for _, r := range *c.n.crowd(target).list(collection) {
		if r.did == who.did {
			return nil // one like each
		}
	}
	c.write(who, collection, object{"subject": post.ref()})
	return nil
}

func (c actor) Follow(p sandbox.Person, account string) error {
	c.n.mu.Lock()
	defer c.n.mu.Unlock()
	us := c.n.find(account)
	if us == nil {
		return errNobody
	}
	who := c.account(p)
	if us.blocks[who.did] != "" {
		return sandbox.ErrBlocked
	}
	if who.follows[us.did] == "" {
		c.write(who, "app.bsky.graph.follow", object{"subject": us.did})
	}
	return nil
}

func (c actor) Message(p sandbox.Person, account, text string) (string, error) {
	c.n.mu.Lock()
	defer c.n.mu.Unlock()
	us := c.n.find(account)
	if us == nil {
		return "", errNobody
	}
	who := c.account(p)
	if us.blocks[who.did] != "" {
		return "", sandbox.ErrBlocked
	}
	return c.n.say(c.n.beginConvo(who, us), who, text, nil, c.n.stage.Clock.Now()).id, nil
}

// Thread is under which name the ledger keeps what we write to somebody.
func (c actor) Thread(p sandbox.Person, account string) string {
	c.n.mu.Lock()
	defer c.n.mu.Unlock()
	if us := c.n.find(account); us != nil {
		if talk := c.n.between(c.account(p), us); talk != nil {
			return talk.id
		}
	}
	return ""
}

// Edit is not possible on this network.
func (c actor) Edit(sandbox.Person, string, string) error { return sandbox.ErrCannot }

func (c actor) Remove(p sandbox.Person, id string) error {
	c.n.mu.Lock()
	defer c.n.mu.Unlock()
	r := c.n.records[id]
	if r == nil || r.did != c.account(p).did {
		return errNothing
	}
	c.n.remove(r)
	return nil
}

// Mention lets somebody write a post of their own that mentions an account.
func (n *Network) Mention(p sandbox.Person, account, text string) (string, error) {
	return actor{n}.Mention(p, account, text)
}

func (c actor) Mention(p sandbox.Person, account, text string) (string, error) {
	n := c.n
	n.mu.Lock()
	defer n.mu.Unlock()
	us := n.find(account)
	switch {
	case us == nil:
		return "", errNobody
	case us.blocks[c.account(p).did] != "":
		return "", sandbox.ErrBlocked
	}
	r := c.write(c.account(p), "app.bsky.feed.post", object{"text": shorten("@" + us.handle + " " + text), "langs": []any{p.Lang},
		"facets": []any{mentionFacet(len(us.handle)+1, us.did)}})
	return r.uri, nil
}

// Quote lets somebody quote a post.
func (n *Network) Quote(p sandbox.Person, target, text string) (string, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	post, c := n.records[target], actor{n}
	switch {
	case post == nil:
		return "", errNothing
	case n.closed(post, c.account(p).did):
		return "", errGate
	}
	r := c.write(c.account(p), "app.bsky.feed.post", object{"text": shorten(text), "langs": []any{p.Lang},
		"embed": object{"$type": "app.bsky.embed.record", "record": post.ref()}})
	return r.uri, nil
}

// Says puts a post of somebody's own there; closed ones nobody else may quote.
func (n *Network) Says(p sandbox.Person, text string, closed bool) (uri, cid string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	c := actor{n}
	who, now := c.account(p), stamp(n.stage.Clock.Now())
	r := c.write(who, "app.bsky.feed.post", object{"$type": "app.bsky.feed.post", "text": text, "createdAt": now})
	if closed {
		n.keep(who, "app.bsky.feed.postgate", r.rkey, object{"$type": "app.bsky.feed.postgate", "post": r.uri, "createdAt": now,
			"embeddingRules": []any{object{"$type": "app.bsky.feed.postgate#disableRule"}}}, n.stage.Clock.Now(), n.stage.Clock.Now())
	}
	return r.uri, r.cid
}

// Shut keeps an account of ours from what somebody wrote.
func (n *Network) Shut(p sandbox.Person, account string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	who := actor{n}.account(p)
	actor{n}.write(who, "app.bsky.graph.block", object{"$type": "app.bsky.graph.block", "subject": account, "createdAt": stamp(n.stage.Clock.Now())})
}

// Shows answers what everybody sees of what a post quotes: viewRecord, viewDetached, …; "": it quotes nothing.
func (n *Network) Shows(uri string) string {
	n.mu.Lock()
	defer n.mu.Unlock()
	r := n.records[uri]
	if r == nil || quoteOf(r) == "" {
		return ""
	}
	q := &request{me: n.accounts[r.did], now: n.stage.Clock.Now()}
	kind, _ := n.quoteView(q, r.did, quoteOf(r))["$type"].(string)
	_, kind, _ = strings.Cut(kind, "#")
	return kind
}

// Earlier puts a post there that somebody else made with the account, some time ago: what a look-up must not take for ours.
func (n *Network) Earlier(account, text string, at time.Time) (string, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	a := n.find(account)
	if a == nil {
		return "", errNobody
	}
	value := object{"$type": "app.bsky.feed.post", "text": text, "createdAt": stamp(at)}
	return n.keep(a, "app.bsky.feed.post", tidFrom(at.UnixMicro(), 7), value, at, at).uri, nil
}

// Handle is what a person is called here.
func (n *Network) Handle(p sandbox.Person) string {
	return strings.ReplaceAll(p.Handle, "_", "-") + "." + n.options.Domain
}
