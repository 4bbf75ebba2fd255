##@ Trying it out

.PHONY: demo demo-run
demo: ## install what is missing, build, show a logout, keep serving (DEMO=once)
	@t/demo/patiently 'This takes a minute, or two.' \
	    t/lib/tools/dependencies build demo
	@t/demo/patiently 'Compiling the module takes a minute, or two.' \
	    $(MAKE) --no-print-directory module
	@$(MAKE) --no-print-directory demo-run

demo-run: $(MODULE)
	@t/demo/demo $(MODULE) $(NGINX) $(abspath $(BUILD))/demo $(DEMO)
