package com.example.demo;

import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

@RestController
class GreetingController {

	record Greeting(String content) {
	}

	@GetMapping("/greeting")
	Greeting greeting(@RequestParam(defaultValue = "World") String name) {
		return new Greeting("Hello, %s!".formatted(name));
	}

}
