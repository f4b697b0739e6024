/* A library that loads and exports nothing. */
int crm_tests_abi_nothing(void);

int crm_tests_abi_nothing(void) {
  return 0;
}
