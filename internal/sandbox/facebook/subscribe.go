package facebook

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// subscription is where the app wants its webhooks: one address for all Pages.
type subscription struct {
	callback, verify string
	fields           []string
	active           bool
}

// Subscribe sets the app's webhook address as the app's dashboard does: Meta asks the address for a challenge first.
func (n *Network) Subscribe(ctx context.Context, callback, verifyToken string, fields ...string) error {
	u, err := url.Parse(callback)
	if err != nil {
		return err
	}
	challenge := "1158201444"
	q := u.Query()
	q.Set("hub.mode", "subscribe")
	q.Set("hub.challenge", challenge)
	q.Set("hub.verify_token", verifyToken)
	u.RawQuery = q.Encode()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil) //nolint:gosec // the callback is whatever the app says
	if err != nil {
		return err
	}
	r.Header.Set("User-Agent", "facebookplatform/1.0 (+http://developers.facebook.com)")
	res, err := n.options.Client.Do(r) //nolint:gosec // see above
	if err != nil {
		return err
	}
	defer res.Body.Close()
	body, _ := io.ReadAll(io.LimitReader(res.Body, 1<<10))
	if res.StatusCode != http.StatusOK || strings.TrimSpace(string(body)) != challenge {
		return fmt.Errorf("the address answered %d and not the challenge", res.StatusCode)
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
func (n *Network) subscriptions(w http.ResponseWriter, r *http.Request, p *params, app string) {
	if bearer(r, p) != n.options.AppID+"|"+n.options.AppSecret || app != n.options.AppID {
		n.fail(w, no(http.StatusBadRequest, 15, 0, "(#15) This method must be called with an app access_token."))
		return
	}
	switch p.method {
	case http.MethodGet:
		n.mu.Lock()
		h := n.hook
		n.mu.Unlock()
		all := []any{}
		if h.active {
			fields := []any{}
			for _, f := range h.fields {
				fields = append(fields, map[string]string{"name": f, "version": "v25.0"})
			}
			all = append(all, map[string]any{"object": "page", "callback_url": h.callback, "active": true, "fields": fields})
		}
		n.write(w, http.StatusOK, map[string]any{"data": all})
	case http.MethodPost:
		if p.get("object") != "page" || p.get("callback_url") == "" {
			n.fail(w, invalid("object and callback_url are required"))
			return
		}
		if err := n.Subscribe(r.Context(), p.get("callback_url"), p.get("verify_token"), p.list("fields")...); err != nil {
			n.fail(w, no(http.StatusBadRequest, 2200, 0, "(#2200) Callback verification failed with the following errors: %s", err))
			return
		}
		n.write(w, http.StatusOK, done())
	default:
		n.mu.Lock()
		n.hook = subscription{}
		n.mu.Unlock()
		n.write(w, http.StatusOK, done())
	}
}

// subscribedApps is /{page}/subscribed_apps with the Page's token.
func (a *ask) subscribedApps(p *page) (any, *fault) {
	if err := a.token.may(p, "pages_manage_metadata"); err != nil {
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
		return done(), nil
	case !a.isPost():
		return nil, missing(a.p.method, a.id)
	}
	fields := a.p.list("subscribed_fields")
	if len(fields) == 0 {
		return nil, invalid("The parameter subscribed_fields is required.")
	}
	for _, f := range fields {
		if !slices.Contains(played(), f) {
			return nil, invalid("Param subscribed_fields[0] must be one of {%s} - got %q.", strings.ToUpper(strings.Join(played(), ", ")), f)
		}
		if strings.HasPrefix(f, "message") && !slices.Contains(a.token.scopes, "pages_messaging") {
			return nil, no(http.StatusForbidden, 200, 0, "(#200) To subscribe to the %s field, one of these permissions is needed: pages_messaging", f)
		}
	}
	p.fields = fields
	return done(), nil
}

// played are the webhook fields that can be asked for; feed, messages and message_echoes have news in them.
func played() []string {
	return []string{"feed", "messages", "message_echoes", "message_deliveries", "message_reads", "message_reactions", "message_edits",
		"messaging_postbacks", "messaging_optins", "messaging_referrals", "messaging_handovers", "standby", "mention", "ratings", "conversations", "videos"}
}
