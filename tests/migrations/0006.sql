insert into article_paths (path, article_id) values ('/2026/tea-old', 1);
