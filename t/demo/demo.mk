##@ Trying it out

.PHONY: demo demo-run
demo: ## install what is missing, build, show a logout, keep serving (DEMO=once)
	@t/lib/tools/dependencies build demo
	@$(MAKE) --no-print-directory demo-run

demo-run: $(MODULE)
	@t/demo/demo $(MODULE) $(NGINX) $(abspath $(BUILD))/demo $(DEMO)
