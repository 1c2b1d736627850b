create table customers (id serial primary key, mail text not null unique);
create table orders (
  id       serial primary key,
  customer integer not null references customers,
  total    numeric(10, 2) not null,
  closed   timestamptz
);
