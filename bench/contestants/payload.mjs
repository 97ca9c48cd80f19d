/** What every contestant stores with each event: about 300 bytes of JSON, as facts that a client records. */
export function payload(version) {
  return {
    trigger: 'interviews_done',
    facts: {
      interviews: version,
      segment: 'small clinics in rural districts',
      pain: 'Reports are typed twice, once for the insurer and once for the file.',
      willing_to_pay: true,
      price_named: 49.5,
      notes: 'Two of them asked for a trial at once; one wants it on paper first.',
    },
  };
}
