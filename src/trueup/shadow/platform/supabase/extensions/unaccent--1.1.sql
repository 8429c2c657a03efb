-- The letters of Latin-1 and a few more lose their accents; the real one knows many others.
create function unaccent_init(internal) returns internal language internal parallel safe
  as 'dsimple_init';
create function unaccent_lexize(internal, internal, internal, internal) returns internal
  language internal parallel safe as 'dsimple_lexize';
create text search template unaccent (init = unaccent_init, lexize = unaccent_lexize);
create text search dictionary unaccent (template = unaccent);
create function unaccent(text) returns text language sql stable strict parallel safe as $$
  select translate($1,
    'ÀÁÂÃÄÅÇÈÉÊËÌÍÎÏÑÒÓÔÕÖØÙÚÛÜÝàáâãäåçèéêëìíîïñòóôõöøùúûüýÿĀāĂăĄąĆćČčĎďĒēĘęĚěĞğĪīİıŁłŃńŇňŌōŐőŘřŚśŞşŠšŢţŤťŪūŮůŰűŹźŻżŽž',
    'AAAAAACEEEEIIIINOOOOOOUUUUYaaaaaaceeeeiiiinoooooouuuuyyAaAaAaCcCcDdEeEeEeGgIiIiLlNnNnOoOoRrSsSsSsTtTtUuUuUuZzZzZz')
$$;
create function unaccent(regdictionary, text) returns text
  language sql stable strict parallel safe as $$
  select translate($2,
    'ÀÁÂÃÄÅÇÈÉÊËÌÍÎÏÑÒÓÔÕÖØÙÚÛÜÝàáâãäåçèéêëìíîïñòóôõöøùúûüýÿĀāĂăĄąĆćČčĎďĒēĘęĚěĞğĪīİıŁłŃńŇňŌōŐőŘřŚśŞşŠšŢţŤťŪūŮůŰűŹźŻżŽž',
    'AAAAAACEEEEIIIINOOOOOOUUUUYaaaaaaceeeeiiiinoooooouuuuyyAaAaAaCcCcDdEeEeEeGgIiIiLlNnNnOoOoRrSsSsSsTtTtUuUuUuZzZzZz')
$$;
