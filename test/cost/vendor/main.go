// Command vendor serves the fixed answers of the benchmark until its standard input
// ends.
package main

import (
	"log"

	"github.com/sipfacade/sipfacade/test/cost/answers"
	"github.com/sipfacade/sipfacade/test/cost/child"
)

func main() {
	if err := child.Serve(answers.New()); err != nil {
		log.Fatal(err)
	}
}
