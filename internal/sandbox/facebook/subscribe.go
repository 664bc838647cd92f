package facebook

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"

	"github.com/kithhq/kith/internal/sandbox/graph"
)

// subscription is where the app wants its webhooks: one address for all Pages.
type subscription struct {
	callback, verify string
	fields           []string
	active           bool
}

// Subscribe sets the app's webhook address as the app's dashboard does: Meta asks the address for a challenge first.
func (n *Network) Subscribe(ctx context.Context, callback, verifyToken string, fields ...string) error {
	if err := graph.Challenge(ctx, n.options.Client, callback, verifyToken); err != nil {
		return err
	}
	if len(fields) == 0 {
		fields = []string{"feed", "messages"}
	}
	n.mu.Lock()
	n.hook = subscription{callback: callback, verify: verifyToken, fields: fields, active: true}
	n.mu.Unlock()
	return nil
}

// SubscribePage lets a Page's news be sent, as POST /{page}/subscribed_apps does.
func (n *Network) SubscribePage(pageID string, fields ...string) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	p, ok := n.pages[pageID]
	if !ok {
		return errors.New("no such Page")
	}
	p.fields = fields
	return nil
}

// subscriptions is /{app}/subscriptions with the app's token. Asking the address happens with no lock held: it may ask back.
func (n *Network) subscriptions(w http.ResponseWriter, r *http.Request, p *graph.Params, app string) {
	if graph.Bearer(r, p) != n.options.AppID+"|"+n.options.AppSecret || app != n.options.AppID {
		graph.Fail(w, graph.No(http.StatusBadRequest, 15, 0, "(#15) This method must be called with an app access_token."))
		return
	}
	switch p.Method {
	case http.MethodGet:
		n.mu.Lock()
		h := n.hook
		n.mu.Unlock()
		graph.Write(w, http.StatusOK, map[string]any{"data": graph.Subscriptions("page", h.callback, h.active, h.fields)})
	case http.MethodPost:
		if p.Get("object") != "page" || p.Get("callback_url") == "" {
			graph.Fail(w, graph.Invalid("object and callback_url are required"))
			return
		}
		if err := n.Subscribe(r.Context(), p.Get("callback_url"), p.Get("verify_token"), p.List("fields")...); err != nil {
			graph.Fail(w, graph.No(http.StatusBadRequest, 2200, 0, "(#2200) Callback verification failed with the following errors: %s", err))
			return
		}
		graph.Write(w, http.StatusOK, graph.Done())
	default:
		n.mu.Lock()
		n.hook = subscription{}
		n.mu.Unlock()
		graph.Write(w, http.StatusOK, graph.Done())
	}
}

// subscribedApps is /{page}/subscribed_apps with the Page's token.
func (a *ask) subscribedApps(p *page) (any, *graph.Fault) {
	if err := may(a.token, p, "pages_manage_metadata"); err != nil {
		return nil, err
	}
	switch {
	case a.isGet():
		all := []any{}
		if len(p.fields) > 0 {
			all = append(all, map[string]any{"id": a.n.options.AppID, "name": "Kith rehearsal", "link": "https://www.facebook.com/games/?app_id=" + a.n.options.AppID,
				"category": "Business", "subscribed_fields": p.fields})
		}
		return map[string]any{"data": all}, nil
	case a.isDelete():
		p.fields = nil
		return graph.Done(), nil
	case !a.isPost():
		return nil, graph.Missing(a.p.Method, a.id)
	}
	fields := a.p.List("subscribed_fields")
	if len(fields) == 0 {
		return nil, graph.Invalid("The parameter subscribed_fields is required.")
	}
	for _, f := range fields {
		if !slices.Contains(played(), f) {
			return nil, graph.Invalid("Param subscribed_fields[0] must be one of {%s} - got %q.", strings.ToUpper(strings.Join(played(), ", ")), f)
		}
		if strings.HasPrefix(f, "message") && !slices.Contains(a.token.Scopes, "pages_messaging") {
			return nil, graph.No(http.StatusForbidden, 200, 0, "(#200) To subscribe to the %s field, one of these permissions is needed: pages_messaging", f)
		}
	}
	p.fields = fields
	return graph.Done(), nil
}

// played are the webhook fields that can be asked for; not all have news in them.
func played() []string {
	return []string{"feed", "messages", "message_echoes", "message_deliveries", "message_reads", "message_reactions", "message_edits",
		"messaging_postbacks", "messaging_optins", "messaging_referrals", "messaging_handovers", "standby", "mention", "ratings", "conversations", "videos"}
}

// Subscribed are the fields whose news a Page lets through to the app.
func (n *Network) Subscribed(pageID string) []string {
	n.mu.Lock()
	defer n.mu.Unlock()
	return slices.Clone(n.pages[pageID].fields)
}
