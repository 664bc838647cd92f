package youtube

import (
	"cmp"
	"context"
	"net/http"
	"net/url"
	"strings"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/outward"
)

// Revoke ends what a person has allowed, at Google: the key that renews, and with it all
// that came of it (developers.google.com/identity/protocols/oauth2/web-server, “Revoking
// a token”).
func (d *Driver) Revoke(ctx context.Context, conn network.Conn) error {
	k, err := readKeys(conn.Keys)
	if err != nil {
		return nil //nolint:nilerr // there is nothing that could be ended
	}
	k = d.newest(k)
	form := url.Values{"token": {cmp.Or(k.Refresh, k.Access)}}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, d.oauth+"/revoke", strings.NewReader(form.Encode()))
	if err != nil {
		return fault.New(fault.Internal, "writing a call to Google")
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	response, err := d.out.Do(outward.Repeatable(ctx), request)
	switch {
	case err != nil:
		return err
	case response.Status == http.StatusOK, response.Status == http.StatusBadRequest: // it is over already
		return nil
	}
	return refusedKeys(response, "")
}
