// Package metrics is what an operator's monitoring reads: how many updates came, how many replies went, how long turns
// take, which channels are up. No figure is about a person or about what is asked: that is bot/insight, which is noised.
package metrics

import (
	"context"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"wegwijzer/bot"
)

// Metrics are the figures of one process. They are safe for concurrent use.
type Metrics struct {
	registry                *prometheus.Registry
	turns                   *prometheus.HistogramVec
	failed                  *prometheus.CounterVec
	received, sent, retried *prometheus.CounterVec
	lost                    *prometheus.CounterVec
	up                      *prometheus.GaugeVec
}

// New gives figures that stand at nothing.
func New() *Metrics {
	m := &Metrics{
		registry: prometheus.NewRegistry(),
		turns: prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "wegwijzer_turn_seconds", Help: "Time from a message to its reply, without the network.",
			Buckets: []float64{.001, .003, .01, .03, .1, .3, 1, 3, 10}}, []string{"channel"}),
		failed:   prometheus.NewCounterVec(prometheus.CounterOpts{Name: "wegwijzer_turns_failed_total", Help: "Turns that ended in an error of ours."}, []string{"channel"}),
		received: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "wegwijzer_updates_total", Help: "Updates that a network delivered, by kind."}, []string{"channel", "kind"}),
		sent:     prometheus.NewCounterVec(prometheus.CounterOpts{Name: "wegwijzer_replies_total", Help: "Replies by how their delivery ended: sent, gone (the person is out of reach), failed."}, []string{"channel", "outcome"}),
		retried:  prometheus.NewCounterVec(prometheus.CounterOpts{Name: "wegwijzer_retries_total", Help: "Requests to a network that were tried again, by why: throttled, stumbled."}, []string{"channel", "why"}),
		lost:     prometheus.NewCounterVec(prometheus.CounterOpts{Name: "wegwijzer_updates_lost_total", Help: "Updates that a crash took before their reply was sent, on a network that does not deliver again."}, []string{"channel"}),
		up:       prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: "wegwijzer_channel_up", Help: "1 while the channel reaches its network, 0 while it does not."}, []string{"channel"}),
	}
	m.registry.MustRegister(m.turns, m.failed, m.received, m.sent, m.retried, m.lost, m.up,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

// Handler serves the figures in Prometheus's text format.
func (m *Metrics) Handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{})
}

// Turn gives a turn that is measured.
func (m *Metrics) Turn(turn func(context.Context, bot.Message) (bot.Reply, error)) func(context.Context, bot.Message) (bot.Reply, error) {
	return func(ctx context.Context, message bot.Message) (bot.Reply, error) {
		began := time.Now()
		reply, err := turn(ctx, message)
		m.turns.WithLabelValues(string(message.Channel)).Observe(time.Since(began).Seconds())
		if err != nil {
			m.failed.WithLabelValues(string(message.Channel)).Inc()
		}
		return reply, err
	}
}

// Of gives the figures of one channel.
func (m *Metrics) Of(channel bot.ChannelID) Channel { return Channel{m, string(channel)} }

// Channel are the figures of one channel.
type Channel struct {
	metrics *Metrics
	name    string
}

// Received counts an update of a kind, one of a few fixed words.
func (c Channel) Received(kind string) { c.metrics.received.WithLabelValues(c.name, kind).Inc() }

// Sent counts a reply by the outcome of its delivery.
func (c Channel) Sent(outcome string) { c.metrics.sent.WithLabelValues(c.name, outcome).Inc() }

// Retried counts a request that is tried again.
func (c Channel) Retried(why string) { c.metrics.retried.WithLabelValues(c.name, why).Inc() }

// Lost counts updates whose reply a crash took.
func (c Channel) Lost(n int) { c.metrics.lost.WithLabelValues(c.name).Add(float64(n)) }

// Up says whether the channel reaches its network.
func (c Channel) Up(up bool) {
	value := 0.0
	if up {
		value = 1
	}
	c.metrics.up.WithLabelValues(c.name).Set(value)
}
