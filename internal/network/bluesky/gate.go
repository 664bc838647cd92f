package bluesky

import (
	"context"
	"net/url"
	"time"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
)

// A gate is a record beside a post, under the same key, that says who may answer or
// quote it. Nobody but the post's own account can answer below a gate that lets nobody in.

const (
	collectionGate     = "app.bsky.feed.threadgate"
	collectionPostGate = "app.bsky.feed.postgate"
)

// The names of the options in facts.json.
const (
	optionAnswers  = "who_answers"
	optionNoQuotes = "no_quotes"
)

// rules are the choices of optionAnswers; what is not among them lets everybody in.
func rules() map[string][]any {
	one := func(name string) []any { return []any{map[string]string{"$type": collectionGate + "#" + name}} }
	return map[string][]any{
		"followers": one("followerRule"), "following": one("followingRule"), "mentioned": one("mentionRule"), "nobody": {},
	}
}

// gates are the records that a part wants beside its post. Who may answer is said of a
// whole thread, with its first post; who may quote, of each one.
func gates(part network.Part, account string) []create {
	rkey := keyTID(part.Key)
	post := "at://" + account + "/" + collectionPost + "/" + rkey
	var all []create
	if allow, chosen := rules()[part.Options[optionAnswers]]; chosen && part.After == nil {
		all = append(all, create{Collection: collectionGate, RKey: rkey,
			Value: map[string]any{"$type": collectionGate, "post": post, "allow": allow, "createdAt": stamp(part.At)}})
	}
	if part.Options[optionNoQuotes] == "true" {
		all = append(all, create{Collection: collectionPostGate, RKey: rkey,
			Value: map[string]any{"$type": collectionPostGate, "post": post, "createdAt": stamp(part.At),
				"embeddingRules": []any{map[string]string{"$type": collectionPostGate + "#disableRule"}}}})
	}
	return all
}

// create is one record among several that are written in one commit, or not at all.
type create struct {
	Type       string `json:"$type"`
	Collection string `json:"collection"`
	RKey       string `json:"rkey"`
	Value      any    `json:"value"`
}

// together writes a post and its gates at once, so that nobody can answer in between and
// no try leaves one without the other. Where the key is taken, nothing is written: the
// server is out of order then, as it says, and Find tells what stands there.
func (d *Driver) together(ctx context.Context, conn network.Conn, first create, gates []create) (made strong, at time.Time, err error) {
	all := append([]create{first}, gates...)
	for i := range all {
		all[i].Type = "com.atproto.repo.applyWrites#create"
	}
	var got struct {
		Results []strong `json:"results"`
	}
	at, err = d.call(ctx, conn, ask{method: "com.atproto.repo.applyWrites", body: map[string]any{"repo": conn.Account, "writes": all}}, &got)
	if err == nil && len(got.Results) > 0 {
		made = got.Results[0]
	}
	return made, at, err
}

// Close lets nobody answer below a post of ours, or everybody: a gate that does not say
// who may lets all in. What else it says, the hidden answers above all, stays as it is.
func (d *Driver) Close(ctx context.Context, conn network.Conn, ref network.Ref, on bool) error {
	did, collection, rkey, ok := splitURI(ref.ID)
	if !ok || did != conn.Account || collection != collectionPost || readExtra(&ref).Root != nil {
		return fault.New(fault.Invalid, "On Bluesky, answers are closed below a first post of this account.").WithHint("Open that post.")
	}
	// A gate of what is not there would be taken all the same.
	query := url.Values{"repo": {conn.Account}, "collection": {collectionPost}, "rkey": {rkey}}
	if _, err := d.call(ctx, conn, ask{method: "com.atproto.repo.getRecord", query: query}, nil); err != nil {
		return err
	}
	fresh := map[string]any{"$type": collectionGate, "post": ref.ID, "createdAt": stamp(d.now())}
	return d.change(ctx, conn, collectionGate, rkey, fresh, func(gate map[string]any) (bool, error) {
		allow, limited := gate["allow"].([]any)
		switch {
		case on && (!limited || len(allow) > 0):
			gate["allow"] = []any{}
		case !on && limited:
			delete(gate, "allow")
		default:
			return false, nil
		}
		return true, nil
	})
}
