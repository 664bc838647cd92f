package linkedin

import (
	"context"
	"net/http"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
)

// subscription gives the path of what is sent of a Page to our app.
func subscription(conn network.Conn) (string, error) {
	number := conn.App.Extra[extraApplication]
	if !application.MatchString(number) {
		return "", fault.Wrap(fault.Invalid, network.ErrNotSetUp, "The number of the LinkedIn app is missing, so Kith is not told of comments at once and asks regularly instead.").
			WithHint("Enter it in the settings of the app.")
	}
	k, err := keysOf(conn)
	if err != nil {
		return "", err
	}
	if !personURN.MatchString(k.Member) || !pageURN.MatchString(conn.Account) {
		return "", strange()
	}
	return "rest/eventSubscriptions/(developerApplication:" + code("urn:li:developerApplication:"+number) + ",user:" + code(k.Member) + ",entity:" + code(conn.Account) + ",eventType:" + eventType + ")", nil
}

// Subscribed looks whether the news of a Page are sent to our address. Of members
// nothing is told, so nothing is missing.
func (d *Driver) Subscribed(ctx context.Context, conn network.Conn, hook string) (bool, error) {
	if !isPage(conn.Account) {
		return true, nil
	}
	path, err := subscription(conn)
	if err != nil {
		return false, err
	}
	var there struct {
		Webhook loose `json:"webhook"`
	}
	_, err = d.call(ctx, conn, ask{path: path}, &there)
	if fault.Is(err, fault.NotFound) {
		return false, nil
	}
	return err == nil && string(there.Webhook) == hook, err
}

// Subscribe lets the news of a Page be sent to our address. LinkedIn must have
// tested the address before, in the developer portal.
func (d *Driver) Subscribe(ctx context.Context, conn network.Conn, hook string) (lacks, err error) {
	if !isPage(conn.Account) {
		return nil, nil // of members nothing is told, so there is nothing to ask for
	}
	path, err := subscription(conn)
	if err != nil {
		return nil, err
	}
	_, err = d.call(ctx, conn, ask{method: http.MethodPut, path: path, body: map[string]string{"webhook": hook}, harmless: true}, nil)
	if fault.Is(err, fault.Invalid) {
		return nil, fault.Wrap(fault.Invalid, err, "LinkedIn has not tested our address yet.").
			WithHint("Add this address under Webhooks in the developer portal, then connect the Page again: %s", hook)
	}
	return nil, err
}
