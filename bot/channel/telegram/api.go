package telegram

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"syscall"
	"time"

	tgbotapi "github.com/go-telegram-bot-api/telegram-bot-api/v5"

	"wegwijzer/bot/delivery"
)

const (
	realEndpoint = "https://api.telegram.org"
	maxAnswer    = 16 << 20               // bytes of an answer of Telegram that we read; a hundred updates are far below it
	leastWait    = 100 * time.Millisecond // after a 429 that names no time
)

// api asks Telegram. Its errors are of this package's own making and hold neither the token, which stands in every
// address, nor an answer's words: net/http's errors quote the address, and Telegram's descriptions may quote a message.
type api struct {
	token    string
	endpoint string
	client   *http.Client
}

func newAPI(token, endpoint string, transport http.RoundTripper) (*api, error) {
	if endpoint == "" {
		endpoint = realEndpoint
	}
	if u, err := url.Parse(endpoint); err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return nil, errors.New("telegram: the address of the API is not a web address")
	}
	if token == "" || url.PathEscape(token) != token {
		return nil, fmt.Errorf("telegram: this is no token: %w", delivery.ErrRevoked)
	}
	if transport == nil {
		t := http.DefaultTransport.(*http.Transport).Clone()
		t.MaxIdleConnsPerHost = 32
		// Without a ping, a connection that a firewall forgot is used until TCP gives it up, a quarter of an hour later.
		t.HTTP2 = &http.HTTP2Config{SendPingTimeout: 15 * time.Second, PingTimeout: 5 * time.Second}
		transport = t
	}
	return &api{token, strings.TrimRight(endpoint, "/"), &http.Client{
		Transport: transport,
		// An answer that leads elsewhere is none of Telegram's, and following it would tell the token to somebody.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}, nil
}

func (a *api) close() { a.client.CloseIdleConnections() }

// file is sent along with a request.
type file struct {
	field, name string
	bytes       []byte
}

// call asks for a method and reads the result into result, unless that is nil. Errors are those of package delivery, or
// say what kind of stumble it was. ctx sets the deadline.
func (a *api) call(ctx context.Context, method string, params tgbotapi.Params, result any, files ...file) error {
	exchange := &exchange{ctx: ctx, client: a.client}
	caller := tgbotapi.BotAPI{Token: a.token, Client: exchange}
	caller.SetAPIEndpoint(strings.ReplaceAll(a.endpoint, "%", "%%") + "/bot%s/%s")
	var answer *tgbotapi.APIResponse
	var err error
	if len(files) == 0 {
		answer, err = caller.MakeRequest(method, params)
	} else {
		uploads := make([]tgbotapi.RequestFile, len(files))
		for i, f := range files {
			uploads[i] = tgbotapi.RequestFile{Name: f.field, Data: tgbotapi.FileBytes{Name: f.name, Bytes: f.bytes}}
		}
		answer, err = caller.UploadFiles(method, params, uploads)
	}
	if err != nil {
		if _, refused := errors.AsType[*tgbotapi.Error](err); refused && answer != nil {
			return refusalOf(method, answer)
		}
		return &stumble{method, kindOf(ctx, err, exchange.status)}
	}
	if result == nil {
		return nil
	}
	if json.Unmarshal(answer.Result, result) != nil {
		return &stumble{method, "the result is not what was asked for"}
	}
	return nil
}

// exchange is one request on its way. The library knows no context and reads an answer without bound, so both are
// added here.
type exchange struct {
	ctx    context.Context
	client *http.Client
	status int // of an answer that came whole; 0: none did
}

// Do implements tgbotapi.HTTPClient.
func (e *exchange) Do(r *http.Request) (*http.Response, error) {
	response, err := e.client.Do(r.WithContext(e.ctx))
	if err != nil {
		return nil, err
	}
	defer func() { _ = response.Body.Close() }()
	body, err := io.ReadAll(io.LimitReader(response.Body, maxAnswer))
	if err != nil {
		return nil, err
	}
	e.status = response.StatusCode
	response.Body = io.NopCloser(bytes.NewReader(body))
	return response, nil
}

// stumble is a request that got no answer of Telegram's, and may well get one the next time.
type stumble struct{ method, kind string }

// Error implements error.
func (s *stumble) Error() string { return "telegram: " + s.method + ": " + s.kind }

// kindOf names the kind of an error in words of ours. err itself is dropped here: see api.
func kindOf(ctx context.Context, err error, status int) string {
	_, unknownHost := errors.AsType[*net.DNSError](err)
	_, untrusted := errors.AsType[*tls.CertificateVerificationError](err)
	late, isLate := errors.AsType[net.Error](err)
	switch {
	case status != 0:
		return fmt.Sprintf("the answer is not Telegram's (status %d)", status)
	case errors.Is(ctx.Err(), context.Canceled):
		return "given up"
	case errors.Is(ctx.Err(), context.DeadlineExceeded) || isLate && late.Timeout():
		return "no answer in time"
	case unknownHost:
		return "the host is not found"
	case untrusted:
		return "the certificate is not trusted"
	case errors.Is(err, syscall.ECONNREFUSED):
		return "the connection is refused"
	}
	return "the connection broke off"
}

// refusal is a request that Telegram answered with an error.
type refusal struct {
	method string
	code   int
	reason string // one of reasons, or "another reason"
	kind   error  // one of package delivery's; nil: it may pass
}

// Error implements error.
func (r *refusal) Error() string {
	if errors.Is(r.kind, delivery.ErrRevoked) {
		return fmt.Sprintf("telegram: %s: %d, %v", r.method, r.code, r.kind) // it says what to do
	}
	return fmt.Sprintf("telegram: %s: %d, %s", r.method, r.code, r.reason)
}

// Unwrap gives the kind.
func (r *refusal) Unwrap() error { return r.kind }

// reasons are what Telegram's descriptions are known by, in our words so that no description is ever repeated, and what
// kind of error they are; nil: it may pass. The first that a description holds counts.
var reasons = []struct {
	holds, reason string
	kind          error
}{
	{"bot was blocked by the user", "the person blocked the bot", delivery.ErrGone},
	{"user is deactivated", "the account is gone", delivery.ErrGone},
	{"bot was kicked", "the bot was taken out of the group", delivery.ErrGone},
	{"bot is not a member", "the bot is not in the group", delivery.ErrGone},
	{"chat not found", "the chat is not found", delivery.ErrGone},
	{"peer_id_invalid", "the chat is not found", delivery.ErrGone},
	{"upgraded to a supergroup", "the group has moved", delivery.ErrGone},
	{"group chat was deactivated", "the group is gone", delivery.ErrGone},
	{"not enough rights", "the bot may not write there", delivery.ErrGone},
	{"have no rights", "the bot may not write there", delivery.ErrGone},
	{"chat_write_forbidden", "the bot may not write there", delivery.ErrGone},
	{"topic_closed", "the topic is closed", delivery.ErrGone},
	{"message thread not found", "the topic is gone", delivery.ErrGone},
	{"bot can't initiate conversation", "the person never wrote to the bot", delivery.ErrGone},
	{"message is too long", "the message is too long", delivery.ErrRefused},
	{"caption is too long", "the caption is too long", delivery.ErrRefused},
	{"text is empty", "the text is empty", delivery.ErrRefused},
	{"can't parse entities", "the formatting is not understood", delivery.ErrRefused},
	{"button_data_invalid", "a button's data is not accepted", delivery.ErrRefused},
	{"button_url_invalid", "a button's address is not accepted", delivery.ErrRefused},
	{"reply markup is too long", "the keyboard is too large", delivery.ErrRefused},
	{"message to delete not found", reasonNoMessage, delivery.ErrRefused},
	{"message to edit not found", reasonNoMessage, delivery.ErrRefused},
	{"message can't be deleted", "the message may not be deleted", delivery.ErrRefused},
	{"message is not modified", "nothing changes", delivery.ErrRefused},
	{"query is too old", "the press is too old", delivery.ErrRefused},
	{"method not found", "the method is not known", delivery.ErrRefused},
	{"failed to resolve host", "the webhook's host is not found", nil},
	{"bad webhook", "the webhook's address is not accepted", delivery.ErrRefused},
	{"terminated by other getupdates", reasonOther, nil},
	{"webhook is active", reasonWebhook, nil},
}

const (
	reasonNoMessage = "the message is not there"
	reasonOther     = "another process polls with this token"
	reasonWebhook   = "a webhook is set for this token"
)

func refusalOf(method string, answer *tgbotapi.APIResponse) error {
	r := &refusal{method: method, code: answer.ErrorCode}
	description := strings.ToLower(answer.Description)
	switch {
	case r.code == http.StatusTooManyRequests:
		wait := leastWait
		if p := answer.Parameters; p != nil && p.RetryAfter > 0 {
			wait = time.Duration(p.RetryAfter) * time.Second
		}
		r.reason, r.kind = "too many requests", delivery.Throttled{After: wait}
		return r
	case r.code == http.StatusUnauthorized || r.code == http.StatusNotFound && description == "not found":
		// A token that Telegram never gave is answered like a page that does not exist.
		r.reason, r.kind = "the token is not accepted", delivery.ErrRevoked
		return r
	case r.code == http.StatusForbidden:
		r.kind = delivery.ErrGone
	case r.code != http.StatusConflict && r.code < 500:
		r.kind = delivery.ErrRefused
	}
	r.reason = "another reason"
	for _, known := range reasons {
		if strings.Contains(description, known.holds) {
			r.reason, r.kind = known.reason, known.kind
			break
		}
	}
	return r
}
