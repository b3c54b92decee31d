package upstream

// Forgetful is a dialect that remembers failures of its own, such as those of a login.
type Forgetful interface{ ForgetFailures() }

// ForgetFailures lets calls through at once, as if the vendor had never failed: the breaker
// closes, and pauses and the count of retries are forgotten. The sandbox does this if a
// person clears a fault.
func (p *Pipeline) ForgetFailures() {
	p.circuit.reset()
	p.pauses.reset()
	p.budget.reset()
	if dialect, ok := p.dialect.(Forgetful); ok {
		dialect.ForgetFailures()
	}
}

// reset closes the circuit. Calls that are under way no longer count.
func (c *circuit) reset() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.setState(BreakerClosed)
	c.recent = newWindow(c.settings.Window)
}

// reset ends every pause.
func (p *pauses) reset() {
	p.mu.Lock()
	defer p.mu.Unlock()
	clear(p.until)
}

// reset forgets all calls and retries.
func (b *retryBudget) reset() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.calls = newWindow(budgetWindow)
}
