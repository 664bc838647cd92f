package bluesky

import (
	"bytes"
	"context"
	"encoding/json"
	"maps"
	"net/url"
	"slices"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
)

const (
	collectionLike    = "app.bsky.feed.like"
	collectionRepost  = "app.bsky.feed.repost"
	collectionBlock   = "app.bsky.graph.block"
	collectionProfile = "app.bsky.actor.profile"
)

// Like writes the one like record of a message, or deletes it, together with a
// like that was given elsewhere.
func (d *Driver) Like(ctx context.Context, conn network.Conn, ref network.Ref, on bool) error {
	if isChat(ref.ID) {
		return fault.New(fault.Invalid, "Direct messages cannot be liked from here.").WithHint("Answer it instead.")
	}
	return d.point(ctx, conn, collectionLike, ref, on)
}

// Repost writes the one repost record of a message, or deletes it, together with one that
// was made elsewhere.
func (d *Driver) Repost(ctx context.Context, conn network.Conn, ref network.Ref, on bool) error {
	if isChat(ref.ID) {
		return fault.New(fault.Invalid, "Bluesky lets nobody repost what was said in private.").WithHint("Ask the person to say it in public.")
	}
	return d.point(ctx, conn, collectionRepost, ref, on)
}

// point writes the one record of a collection that points at a post, or deletes it.
func (d *Driver) point(ctx context.Context, conn network.Conn, collection string, ref network.Ref, on bool) error {
	subject := strong{ref.ID, readExtra(&ref).CID}
	if !on {
		if err := d.remove(ctx, conn, collection, subjectTID(subject.URI)); err != nil {
			return err
		}
		found, err := d.posts(ctx, conn, []string{subject.URI})
		if err != nil {
			return err
		}
		theirs := found[subject.URI].Viewer.Like
		if collection == collectionRepost {
			theirs = found[subject.URI].Viewer.Repost
		}
		if did, of, rkey, ok := splitURI(theirs); ok && did == conn.Account && of == collection {
			return d.remove(ctx, conn, collection, rkey)
		}
		return nil
	}
	if subject.CID == "" {
		found, err := d.posts(ctx, conn, []string{subject.URI})
		if err != nil {
			return err
		}
		view, there := found[subject.URI]
		if !there {
			return fault.New(fault.NotFound, "This message does not exist on Bluesky any more.")
		}
		subject.CID = view.CID
	}
	return d.once(ctx, conn, collection, subject.URI, map[string]any{"$type": collection, "subject": subject, "createdAt": stamp(d.now())})
}

// once writes the record of which there is one per subject, unless it is there.
func (d *Driver) once(ctx context.Context, conn network.Conn, collection, subject string, record any) error {
	body := write{Repo: conn.Account, Collection: collection, RKey: subjectTID(subject), Record: record}
	_, err := d.call(ctx, conn, ask{method: "com.atproto.repo.putRecord", body: body, harmless: true}, nil)
	if refused(err) == "InvalidSwap" {
		return nil
	}
	return err
}

// Ban writes or deletes the block of a person.
func (d *Driver) Ban(ctx context.Context, conn network.Conn, author network.Author, on bool) error {
	if author.ID == conn.Account {
		return fault.New(fault.Invalid, "One cannot block oneself.")
	}
	if on {
		return d.once(ctx, conn, collectionBlock, author.ID, map[string]any{"$type": collectionBlock, "subject": author.ID, "createdAt": stamp(d.now())})
	}
	if err := d.remove(ctx, conn, collectionBlock, subjectTID(author.ID)); err != nil {
		return err
	}
	var them profileView
	_, err := d.call(ctx, conn, ask{method: "app.bsky.actor.getProfile", query: url.Values{"actor": {author.ID}}}, &them)
	if fault.Is(err, fault.Invalid) || fault.Is(err, fault.NotFound) {
		return nil // nobody is left to be let back
	}
	if err != nil {
		return err
	}
	if did, collection, rkey, ok := splitURI(them.Viewer.Blocking); ok && did == conn.Account && collection == collectionBlock {
		return d.remove(ctx, conn, collection, rkey)
	}
	return nil
}

// Hide puts a reply on the list of hidden ones of our thread's gate, or takes it
// off. What else the gate says stays as it is.
func (d *Driver) Hide(ctx context.Context, conn network.Conn, ref network.Ref, on bool) error {
	root, err := d.rootOf(ctx, conn, ref)
	if err != nil {
		return err
	}
	did, _, rkey, ok := splitURI(root)
	if !ok || did != conn.Account {
		return fault.New(fault.Invalid, "Only replies below your own posts can be hidden on Bluesky.").WithHint("Block the person instead.")
	}
	fresh := map[string]any{"$type": collectionGate, "post": root, "createdAt": stamp(d.now())}
	return d.change(ctx, conn, collectionGate, rkey, fresh, func(gate map[string]any) (bool, error) { return hide(gate, ref.ID, on) })
}

// rootOf finds the first post of the thread that a message stands in.
func (d *Driver) rootOf(ctx context.Context, conn network.Conn, ref network.Ref) (string, error) {
	if known := readExtra(&ref); known.Root != nil {
		return known.Root.URI, nil
	}
	found, err := d.posts(ctx, conn, []string{ref.ID})
	if err != nil {
		return "", err
	}
	view, there := found[ref.ID]
	switch {
	case !there:
		return "", fault.New(fault.NotFound, "This message does not exist on Bluesky any more.")
	case view.Record.Reply == nil:
		return "", fault.New(fault.Invalid, "Only replies below your own posts can be hidden on Bluesky.").WithHint("Block the person instead.")
	}
	return view.Record.Reply.Root.URI, nil
}

// hide changes the list of hidden replies of a gate, and says whether it did.
func hide(gate map[string]any, target string, on bool) (bool, error) {
	hidden, _ := gate["hiddenReplies"].([]any)
	at := slices.Index(hidden, any(target))
	switch {
	case on == (at >= 0):
		return false, nil
	case !on:
		hidden = slices.Delete(hidden, at, at+1)
	case len(hidden) >= 300:
		return false, fault.New(fault.Invalid, "Bluesky hides 300 replies below one post at most.").WithHint("Block the person instead, or show some of the hidden ones again.")
	default:
		hidden = append(hidden, target)
	}
	if hidden == nil {
		hidden = []any{}
	}
	gate["hiddenReplies"] = hidden
	return true, nil
}

// Pin keeps a post of ours at the top of the profile, where there is place for
// one, or lets it go. What else the profile says stays as it is.
func (d *Driver) Pin(ctx context.Context, conn network.Conn, ref network.Ref, on bool) error {
	did, collection, _, ok := splitURI(ref.ID)
	if !ok || did != conn.Account || collection != collectionPost {
		return fault.New(fault.Invalid, "Only posts of this account can be pinned.")
	}
	post := strong{ref.ID, readExtra(&ref).CID}
	if on && post.CID == "" {
		found, err := d.posts(ctx, conn, []string{post.URI})
		if err != nil {
			return err
		}
		view, there := found[post.URI]
		if !there {
			return fault.New(fault.NotFound, "This message does not exist on Bluesky any more.")
		}
		post = view.strong
	}
	return d.change(ctx, conn, collectionProfile, "self", map[string]any{"$type": collectionProfile}, func(profile map[string]any) (bool, error) {
		pinned, _ := profile["pinnedPost"].(map[string]any)
		if on == (pinned["uri"] == post.URI) {
			return false, nil
		}
		delete(profile, "pinnedPost")
		if on {
			profile["pinnedPost"] = post
		}
		return true, nil
	})
}

// Mute keeps what a person says from us, or hears them again; they do not learn of it.
func (d *Driver) Mute(ctx context.Context, conn network.Conn, author network.Author, on bool) error {
	if author.ID == conn.Account {
		return fault.New(fault.Invalid, "One cannot mute oneself.")
	}
	method := map[bool]string{true: "app.bsky.graph.muteActor", false: "app.bsky.graph.unmuteActor"}[on]
	_, err := d.call(ctx, conn, ask{method: method, body: map[string]string{"actor": author.ID}, harmless: true}, nil)
	if !on && (fault.Is(err, fault.Invalid) || fault.Is(err, fault.NotFound)) {
		return nil // nobody is left to be heard
	}
	return err
}

// change changes a record of ours of which there is one, and keeps what else it
// says; fresh is how it begins. The change says whether there is anything to do.
func (d *Driver) change(ctx context.Context, conn network.Conn, collection, rkey string, fresh map[string]any, change func(map[string]any) (bool, error)) error {
	var err error
	for range 4 { // somebody else may be changing the same one
		if err = d.changeOnce(ctx, conn, collection, rkey, maps.Clone(fresh), change); refused(err) != "InvalidSwap" {
			return err
		}
	}
	return err
}

func (d *Driver) changeOnce(ctx context.Context, conn network.Conn, collection, rkey string, record map[string]any, change func(map[string]any) (bool, error)) error {
	var got struct {
		CID   string          `json:"cid"`
		Value json.RawMessage `json:"value"`
	}
	query := url.Values{"repo": {conn.Account}, "collection": {collection}, "rkey": {rkey}}
	_, err := d.call(ctx, conn, ask{method: "com.atproto.repo.getRecord", query: query}, &got)
	swap := (*string)(nil)
	switch {
	case err == nil:
		record = map[string]any{}
		numbers := json.NewDecoder(bytes.NewReader(got.Value))
		numbers.UseNumber()
		if numbers.Decode(&record) != nil {
			return fault.New(fault.Unavailable, "Bluesky answered something we do not understand.")
		}
		swap = &got.CID
	case !fault.Is(err, fault.NotFound):
		return err
	}
	if changed, err := change(record); !changed || err != nil {
		return err
	}
	body := write{Repo: conn.Account, Collection: collection, RKey: rkey, Record: record, Swap: swap}
	_, err = d.call(ctx, conn, ask{method: "com.atproto.repo.putRecord", body: body, harmless: true}, nil)
	return err
}
