alter table orders add constraint total_is_positive check (total > 0);
create view customers_with_orders as
  select c.id, c.mail, count(o.id) filter (where o.closed is null) as open_orders
  from customers c left join orders o on o.customer = c.id group by c.id;
