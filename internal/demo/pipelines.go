package demo

import (
	"zveno.dev/zveno/internal/crm"
	"zveno.dev/zveno/internal/value"
)

// stage is a step of a pipeline. Its weight is how much of the time to close a deal spends there, compared with others.
type stage struct {
	name        string
	outcome     string
	probability float64
	category    string
	qualified   bool
	weight      float64
	id          value.ID
}

// pipeline is the way of a kind of deal: open stages in their order, then the closed ones.
type pipeline struct {
	name   string
	stages []stage
	open   int // number of open stages
	lostAt []float64
}

const (
	newBusinessPipeline = iota
	renewalPipeline
)

func newPipelines() []pipeline {
	return []pipeline{
		{
			name: "New business", open: 5, lostAt: []float64{0.26, 0.28, 0.19, 0.17, 0.10},
			stages: []stage{
				{name: "Prospecting", outcome: crm.OutcomeOpen, probability: 0.10, category: "pipeline", weight: 1.0},
				{name: "Qualification", outcome: crm.OutcomeOpen, probability: 0.20, category: "pipeline", qualified: true, weight: 0.95},
				{name: "Discovery", outcome: crm.OutcomeOpen, probability: 0.35, category: "pipeline", qualified: true, weight: 1.05},
				{name: "Proposal", outcome: crm.OutcomeOpen, probability: 0.55, category: "best_case", qualified: true, weight: 1.05},
				{name: "Negotiation", outcome: crm.OutcomeOpen, probability: 0.75, category: "commit", qualified: true, weight: 1.0},
				{name: "Won", outcome: crm.OutcomeWon, probability: 1, category: "closed", qualified: true},
				{name: "Lost", outcome: crm.OutcomeLost, category: "omitted"},
				{name: "No decision", outcome: crm.OutcomeNoDecision, category: "omitted"},
			},
		},
		{
			name: "Renewals", open: 3, lostAt: []float64{0.35, 0.35, 0.30},
			stages: []stage{
				{name: "Upcoming", outcome: crm.OutcomeOpen, probability: 0.60, category: "pipeline", qualified: true, weight: 1.0},
				{name: "Quote sent", outcome: crm.OutcomeOpen, probability: 0.75, category: "best_case", qualified: true, weight: 1.0},
				{name: "Terms agreed", outcome: crm.OutcomeOpen, probability: 0.90, category: "commit", qualified: true, weight: 0.9},
				{name: "Renewed", outcome: crm.OutcomeWon, probability: 1, category: "closed", qualified: true},
				{name: "Churned", outcome: crm.OutcomeLost, category: "omitted"},
			},
		},
	}
}

// closed is the position of the closing stage with an outcome.
func (p *pipeline) closed(outcome string) int {
	for n := p.open; n < len(p.stages); n++ {
		if p.stages[n].outcome == outcome {
			return n
		}
	}
	panic("demo: pipeline " + p.name + " has no stage for " + outcome)
}

func (p *pipeline) totalWeight() float64 {
	total := 0.0
	for _, s := range p.stages {
		total += s.weight
	}
	return total
}

// evenedOut makes up for what stays lose of their differences where the end of a deal is drawn to another day.
const evenedOut = 1.12

// layPipelines plants the bottleneck and makes the records of pipelines and stages.
func (c *Company) layPipelines() {
	c.pipelines = newPipelines()
	open := c.pipelines[newBusinessPipeline].stages
	c.bottleneck = 1 + roll(c.seed, topicPlanted, 0).IntN(3) // one that has neighbours on both sides
	open[c.bottleneck].weight = bottleneckFactor * evenedOut * (open[c.bottleneck-1].weight + open[c.bottleneck+1].weight) / 2
	for n := range c.pipelines {
		p := &c.pipelines[n]
		id := mint(c.seed, topicPipeline, n, c.epoch)
		c.Pipelines = append(c.Pipelines, pipelineForm.open(id, c.epoch, c.operations, set{"name", p.name}, set{"position", n + 1}))
		for i := range p.stages {
			s := &p.stages[i]
			s.id = mint(c.seed, topicStage, 100*n+i, c.epoch)
			c.Stages = append(c.Stages, stageForm.open(s.id, c.epoch, c.operations, set{"pipeline", id}, set{"name", s.name},
				set{"position", i + 1}, set{"outcome", s.outcome}, set{"probability", s.probability},
				set{"forecast_category", s.category}, set{"qualified", s.qualified}))
		}
	}
}
