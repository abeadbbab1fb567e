-- A line of a file that names nobody of whom its bill was about is left to receive_bill, like every other line that is more than a new sum: there the person of before loses the bill (0106).
select pg_temp.amend_function('registry_apply_sets', 'and (select true from payments y where y.bill_id = b.known_id limit 1) is null then ''amend''',
  'and (select true from payments y where y.bill_id = b.known_id limit 1) is null
                           and (coalesce(cardinality(x.subjects), 0) = 0 or (select true from bill_subjects k where k.bill_id = b.known_id limit 1) is null
                             or (select true from bill_subjects k where k.bill_id = b.known_id and k.subject_key = any (x.subjects) limit 1)) then ''amend''');
