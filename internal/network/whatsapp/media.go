package whatsapp

import (
	"context"
	"net/http"
	"net/url"
	"strings"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/network/graph"
)

// Open gives a file that somebody sent: its address is asked for, which is good
// for five minutes and wants our key.
func (d *Driver) Open(ctx context.Context, conn network.Conn, file network.Attachment) (network.Opened, error) {
	s, err := d.open(conn)
	if err != nil {
		return network.Opened{}, err
	}
	id, is := strings.CutPrefix(file.URL, network.Closed)
	if !is || !graph.Object.MatchString(id) {
		return network.Opened{}, noFile()
	}
	var got struct {
		URL  string `json:"url"`
		Type string `json:"mime_type"`
	}
	a := graph.Ask{Path: id, Query: url.Values{"phone_number_id": {conn.Account}}}
	if err := s.call(ctx, a, &got); err != nil {
		if fault.Is(err, fault.NotFound) {
			return network.Opened{}, noFile()
		}
		return network.Opened{}, err
	}
	u, err := url.Parse(got.URL)
	if err != nil || !d.ours(u) {
		return network.Opened{}, s.graph.Misunderstood(a) // our key is for Meta alone
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return network.Opened{}, s.graph.Misunderstood(a)
	}
	request.Header.Set("Authorization", "Bearer "+s.keys.Token)
	stream, err := d.out.Open(ctx, request)
	if err != nil {
		return network.Opened{}, err
	}
	if stream.Status != http.StatusOK {
		_ = stream.Body.Close() // nothing of it is wanted
		if stream.Status/100 == 4 {
			return network.Opened{}, noFile()
		}
		return network.Opened{}, fault.New(fault.Unavailable, "%s is out of order.", "WhatsApp")
	}
	kind, _, _ := strings.Cut(got.Type, ";")
	return network.Opened{Type: graph.Clip(strings.TrimSpace(kind), 128), Body: stream.Body}, nil
}

// ours says whether an address is one of Meta's, which may hear our key.
func (d *Driver) ours(u *url.URL) bool {
	if d.files != "" {
		return u.Host == d.files
	}
	host := strings.ToLower(u.Hostname())
	return u.Scheme == "https" && u.Port() == "" && (host == "lookaside.fbsbx.com" || strings.HasSuffix(host, ".whatsapp.net") || strings.HasSuffix(host, ".fbcdn.net"))
}

func noFile() error {
	return fault.New(fault.NotFound, "WhatsApp does not have this file any more.").WithHint("It keeps what people send for a week.")
}
