package linkedin

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/outward"
)

// ask is one call to the API.
type ask struct {
	method string // GET when empty
	path   string // "rest/posts", every key in it encoded
	query  string // encoded: Rest.li wants its own brackets as they are
	body   any
	change bool // a partial update
	// harmless: happening twice is as good as once, so a lost answer is no doubt.
	harmless bool
}

// call makes a call in the name of an account.
func (d *Driver) call(ctx context.Context, conn network.Conn, a ask, out any) (*outward.Response, error) {
	k, err := keysOf(conn)
	if err != nil {
		return nil, err
	}
	conn.Meter.Take(network.Calls, 1)
	return d.send(ctx, k.Token, a, out)
}

// send makes a call with a token and reads its answer into out.
func (d *Driver) send(ctx context.Context, token string, a ask, out any) (*outward.Response, error) {
	address := d.api + "/" + a.path
	if a.query != "" {
		address += "?" + a.query
	}
	var body io.Reader
	if a.body != nil {
		data, err := json.Marshal(a.body)
		if err != nil {
			return nil, fault.Wrap(fault.Internal, err, "writing a call to LinkedIn")
		}
		body = bytes.NewReader(data)
	}
	request, err := http.NewRequestWithContext(ctx, a.method, address, body)
	if err != nil {
		return nil, fault.Wrap(fault.Internal, errors.New("no valid address"), "writing a call to LinkedIn")
	}
	request.Header.Set("Authorization", "Bearer "+token)
	request.Header.Set("X-Restli-Protocol-Version", "2.0.0")
	if strings.HasPrefix(a.path, "rest/") {
		request.Header.Set("Linkedin-Version", d.profile.Version)
	}
	if a.change {
		request.Header.Set("X-RestLi-Method", "PARTIAL_UPDATE")
	}
	if body != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	if a.harmless {
		ctx = outward.Repeatable(ctx)
	}
	response, err := d.out.Do(ctx, request)
	if err != nil {
		return nil, err
	}
	if response.Status/100 != 2 {
		return response, d.failed(a, response)
	}
	if out != nil && json.Unmarshal(response.Body, out) != nil {
		return response, a.misunderstood()
	}
	return response, nil
}

// form asks LinkedIn's page for tokens. Everything is in the body: an address may
// end up in a log.
func (d *Driver) form(ctx context.Context, path string, form url.Values, out any) (*refusal, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, d.www+path, strings.NewReader(form.Encode()))
	if err != nil {
		return nil, fault.Wrap(fault.Internal, errors.New("no valid address"), "writing a call to LinkedIn")
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	response, err := d.out.Do(outward.Repeatable(ctx), request)
	if err != nil {
		return nil, err
	}
	if response.Status != http.StatusOK {
		r := &refusal{status: response.Status}
		_ = json.Unmarshal(response.Body, r) // what cannot be read stays empty
		return r, d.failed(ask{harmless: true}, response)
	}
	if json.Unmarshal(response.Body, out) != nil {
		return nil, ask{}.misunderstood()
	}
	return nil, nil
}

// doubt is the kind of a failure after which the write may have happened.
func (a ask) doubt() fault.Kind {
	if a.harmless || a.method == "" || a.method == http.MethodGet {
		return fault.Unavailable
	}
	return fault.Uncertain
}

func (a ask) misunderstood() error {
	return fault.Wrap(a.doubt(), errors.New("the answer is not what it should be"), "LinkedIn answered something we do not understand.")
}

// list is a page of a list. Items that are not as they should be are empty.
type list struct {
	Elements []json.RawMessage `json:"elements"`
	Paging   struct {
		Total *int `json:"total"`
		Links []struct {
			Rel string `json:"rel"`
		} `json:"links"`
	} `json:"paging"`
}

// more says that there is a further page, as far as one can tell.
func (l list) more(start, count int) bool {
	if l.Paging.Total != nil {
		return start+len(l.Elements) < *l.Paging.Total && len(l.Elements) > 0
	}
	for _, link := range l.Paging.Links {
		if link.Rel == "next" {
			return len(l.Elements) > 0
		}
	}
	return len(l.Elements) >= count
}
