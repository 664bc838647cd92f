package instagram

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"strings"

	"github.com/kithhq/kith/internal/sandbox"
	"github.com/kithhq/kith/internal/sandbox/graph"
)

// subscription is where the app wants its webhooks: one address for all accounts.
type subscription struct {
	callback string
	fields   []string
	active   bool
}

func (n *Network) hookTo() (callback string, active bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.hook.callback, n.hook.active
}

// Subscribe sets the app's webhook address as the app's dashboard does: Meta asks the address for a challenge first.
func (n *Network) Subscribe(ctx context.Context, callback, verifyToken string, fields ...string) error {
	if err := graph.Challenge(ctx, n.options.Client, callback, verifyToken); err != nil {
		return err
	}
	if len(fields) == 0 {
		fields = []string{"comments", "mentions", "messages", "message_reactions", "messaging_postbacks", "messaging_seen"}
	}
	n.mu.Lock()
	n.hook = subscription{callback: callback, fields: fields, active: true}
	n.mu.Unlock()
	return nil
}

// subscriptions is /{app}/subscriptions with the app's token. Asking the address happens with no lock held: it may ask back.
func (n *Network) subscriptions(w http.ResponseWriter, r *http.Request, p *graph.Params, app string) {
	if graph.Bearer(r, p) != n.app().Own() || app != n.options.AppID {
		graph.Fail(w, graph.No(http.StatusBadRequest, 15, 0, "(#15) This method must be called with an app access_token."))
		return
	}
	if p.Method == http.MethodGet {
		n.mu.Lock()
		h := n.hook
		n.mu.Unlock()
		graph.Write(w, http.StatusOK, map[string]any{"data": graph.Subscriptions("instagram", h.callback, h.active, h.fields)})
		return
	}
	if p.Method != http.MethodPost || p.Get("object") != "instagram" || p.Get("callback_url") == "" {
		graph.Fail(w, graph.Invalid("object and callback_url are required"))
		return
	}
	for _, f := range p.List("fields") {
		if !slices.Contains(played(), f) {
			graph.Fail(w, graph.Invalid("Param fields[0] must be one of {%s} - got %q.", strings.Join(played(), ", "), f))
			return
		}
	}
	if err := n.Subscribe(r.Context(), p.Get("callback_url"), p.Get("verify_token"), p.List("fields")...); err != nil {
		graph.Fail(w, graph.No(http.StatusBadRequest, 2200, 0, "(#2200) Callback verification failed with the following errors: %s", err))
		return
	}
	graph.Write(w, http.StatusOK, graph.Done())
}

// played are the webhook fields that can be asked for; comments, mentions, messages, message_reactions, messaging_postbacks and
// messaging_seen have news in them.
func played() []string {
	return []string{"comments", "live_comments", "mentions", "messages", "message_reactions", "message_edit", "messaging_postbacks", "messaging_referral",
		"messaging_seen", "messaging_optins", "messaging_handover", "standby", "story_insights"}
}

// subscribedApps lets an account's news through: of the Page it is linked to, or, with Instagram login, of itself.
func (a *ask) subscribedApps(acc *account, fields *[]string) (any, *graph.Fault) {
	known := played()
	if a.token.Kind == "PAGE" {
		if !slices.Contains(a.token.Scopes, "pages_manage_metadata") {
			return nil, graph.No(http.StatusForbidden, 200, 0, "(#200) The permission(s) pages_manage_metadata are not available.")
		}
		known = []string{"feed", "messages", "mention", "message_echoes"} // of a Page: any of its own fields is enough
	}
	switch {
	case a.isGet():
		all, app := []any{}, a.n.options.AppID
		if a.token.Kind == "IG" {
			app = a.n.options.IGID
		}
		if len(*fields) > 0 {
			all = append(all, map[string]any{"id": app, "name": "Kith rehearsal", "subscribed_fields": *fields})
		}
		return map[string]any{"data": all}, nil
	case a.isDelete():
		*fields = nil
		return graph.Done(), nil
	case !a.isPost():
		return a.nothing("IGUser")
	}
	wanted := a.p.List("subscribed_fields")
	if len(wanted) == 0 {
		return nil, graph.Invalid("The parameter subscribed_fields is required.")
	}
	for _, f := range wanted {
		if !slices.Contains(known, f) {
			return nil, graph.Invalid("Param subscribed_fields[0] must be one of {%s} - got %q.", strings.Join(known, ", "), f)
		}
	}
	*fields = wanted
	return graph.Done(), nil
}

// SubscribeAccount lets an account's news be sent.
func (n *Network) SubscribeAccount(id string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.accounts[id].fields = played()
}

// tell queues news for whoever subscribed; the network's mutex is held.
func (n *Network) tell(a *account, field string, value map[string]any) {
	if n.hook.active && slices.Contains(n.hook.fields, field) && (slices.Contains(a.fields, field) || len(a.pageFields) > 0) {
		n.courier.Take(graph.News{Account: a.id, Field: field, Value: value, At: n.stage.Clock.Now()})
	}
}

func (n *Network) tellComment(c *comment) {
	if !c.media.by.ours {
		return
	}
	from := map[string]any{"id": c.from.id, "username": c.from.username}
	if c.from.ours {
		from["self_ig_scoped_id"] = c.media.account.scoped
	}
	value := map[string]any{"from": from, "media": map[string]any{"id": c.media.id, "media_product_type": c.media.product}, "id": c.id, "text": c.text}
	if c.parent != nil {
		value["parent_id"] = c.parent.id
	}
	n.tell(c.media.account, "comments", value)
}

func (n *Network) tellMention(a *account, mediaID, commentID string) {
	value := map[string]any{"media_id": mediaID}
	if commentID != "" {
		value["comment_id"] = commentID
	}
	n.tell(a, "mentions", value)
}

func (n *Network) tellMessage(m *message) {
	a, f := m.thread.account, m.thread.with
	what := map[string]any{"mid": m.id}
	if m.text != "" {
		what["text"] = m.text
	}
	files := []any{}
	for _, f := range m.files {
		files = append(files, map[string]any{"type": f.kind, "payload": map[string]any{"url": f.url}})
	}
	if len(files) > 0 {
		what["attachments"] = files
	}
	value := map[string]any{"sender": map[string]any{"id": f.id}, "recipient": map[string]any{"id": a.id}, "timestamp": m.created.UnixMilli(), "message": what}
	if m.from.ours {
		what["is_echo"], what["app_id"] = true, json.Number(n.options.AppID)
		value["sender"], value["recipient"] = value["recipient"], value["sender"]
	}
	n.tell(a, "messages", value)
}

// Sign answers the two signature headers of a webhook body.
func Sign(secret string, body []byte) (sha256Header, sha1Header string) {
	return graph.Sign(secret, body)
}

// Mention lets somebody mention us: in a comment below a post of theirs or, without, in its caption.
func (n *Network) Mention(who sandbox.Person, account, text string, inComment bool) (mediaID, commentID string) {
	n.mu.Lock()
	defer n.courier.Wake()
	defer n.mu.Unlock()
	a := n.accounts[account]
	f := n.see(a, who)
	now := n.stage.Clock.Now()
	m := &media{id: n.number(), account: a, by: f.author(), kind: "IMAGE", product: "FEED", caption: text, code: graph.Opaque(n.random, "C", 10), created: now, listed: now, likes: nil}
	n.media[m.id] = m
	if inComment {
		m.caption = "a post of somebody"
		commentID = n.utter(m, nil, f.author(), text, now, now).id
	}
	n.tellMention(a, m.id, commentID)
	return m.id, commentID
}

// Place is the number of the Page of the place that a post is tagged with, "" for none.
func (n *Network) Place(mediaID string) string {
	n.mu.Lock()
	defer n.mu.Unlock()
	if m := n.media[mediaID]; m != nil {
		return m.place
	}
	return ""
}

// Tag lets somebody tag us in a post of theirs.
func (n *Network) Tag(who sandbox.Person, account, caption string) string {
	n.mu.Lock()
	defer n.mu.Unlock()
	a := n.accounts[account]
	now := n.stage.Clock.Now().Truncate(0)
	m := &media{id: n.number(), account: a, by: n.see(a, who).author(), kind: "IMAGE", product: "FEED", caption: caption, code: graph.Opaque(n.random, "C", 10), created: now, listed: now}
	n.media[m.id] = m
	a.tagged = append(a.tagged, m)
	return m.id
}
