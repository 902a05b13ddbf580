package demo

import (
	"math"
	"math/rand/v2"

	"zveno.dev/zveno/internal/value"
)

// topic keeps apart the random numbers of different things that have the same position in their lists.
type topic uint64

const (
	topicTeam topic = iota + 1
	topicPerson
	topicPipeline
	topicStage
	topicProduct
	topicPriceBook
	topicPrice
	topicCampaign
	topicQuota
	topicRate
	topicAccount
	topicContact
	topicLead
	topicConvertedLead
	topicDeal
	topicBooking
	topicEdits
	topicLineItem
	topicActivity
	topicLeadActivity
	topicPlanted
	topicNames
	topicOwner
)

// dice is a stream of random numbers that depends only on the seed, the topic and the position.
type dice struct{ *rand.Rand }

func roll(seed uint64, t topic, n int) dice {
	return dice{rand.New(rand.NewPCG(scramble(seed, t, n), scramble(seed+1, t, n)))}
}

// scramble spreads its arguments over 64 bits, so that neighbours have nothing in common (the finaliser of SplitMix64).
func scramble(seed uint64, t topic, n int) uint64 {
	x := seed*0x9e3779b97f4a7c15 + uint64(t)<<56 + uint64(n)
	for range 2 {
		x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
		x = (x ^ x>>27) * 0x94d049bb133111eb
		x ^= x >> 31
	}
	return x
}

// mint is the identifier of the n-th record of a topic, as if it had been minted at that instant.
func mint(seed uint64, t topic, n int, at value.Instant) value.ID {
	return value.SeededID(int64(at)/1000, uint16(n)&0xfff, scramble(seed+2, t, n))
}

func (d dice) chance(p float64) bool { return d.Float64() < p }

// between is a whole number from low to high, both included.
func (d dice) between(low, high int) int { return low + d.IntN(high-low+1) }

// share is a number from low to high.
func (d dice) share(low, high float64) float64 { return low + d.Float64()*(high-low) }

// spread is log-normal with the given median.
func (d dice) spread(median, sigma float64) float64 { return median * math.Exp(sigma*d.NormFloat64()) }

// count is Poisson with a small mean.
func (d dice) count(mean float64) int {
	n, left, limit := 0, d.Float64(), math.Exp(-mean)
	for left > limit {
		left *= d.Float64()
		n++
	}
	return n
}

// weighted is a position in weights, each as likely as its weight says.
func (d dice) weighted(weights []float64) int {
	total := 0.0
	for _, w := range weights {
		total += w
	}
	x := d.Float64() * total
	for i, w := range weights {
		if x -= w; x < 0 {
			return i
		}
	}
	return len(weights) - 1
}

func pick[T any](d dice, from []T) T { return from[d.IntN(len(from))] }
