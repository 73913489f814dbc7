// Takes the token out of the address that a screen was given, where servers and proxies never see it, and begins with it.
'use strict';
(() => {
  const token = new URLSearchParams(location.hash.slice(1)).get('token');
  if (!token) return;
  history.replaceState(null, '', location.pathname + location.search);
  document.getElementById('token').value = token;
  document.forms[0].submit();
})();
