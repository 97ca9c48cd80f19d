-- Releases and takes the claims of one append: {"release": [...], "take": [...]}. A stream may take again what it holds.
create function take_claims(p_tenant uuid, p_stream uuid, p_claims jsonb) returns void
language plpgsql set search_path = stageline, pg_temp as $$
declare
  v_claim  text;
  v_holder uuid;
begin
  delete from stream_claims
  where tenant_id = p_tenant and stream_id = p_stream
    and claim in (select jsonb_array_elements_text(p_claims -> 'release'));

  for v_claim in select c from jsonb_array_elements_text(p_claims -> 'take') c order by c loop
    insert into stream_claims as held (tenant_id, claim, stream_id) values (p_tenant, v_claim, p_stream)
    on conflict (tenant_id, claim) do update set stream_id = held.stream_id
    returning held.stream_id into v_holder;
    if v_holder <> p_stream then
      raise exception using errcode = 'SL003', message = 'another stream holds the claim',
        detail = json_build_object('claim', v_claim, 'holder', v_holder)::text;
    end if;
  end loop;
end $$;
